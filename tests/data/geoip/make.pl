#!/usr/bin/env perl
# Writes test.mmdb and other.mmdb beside this file with MaxMind's own writer (Debian:
# libmaxmind-db-writer-perl). Networks are those that RFC 5737 and RFC 3849 keep for documents.
use strict;
use warnings;

use FindBin;
use MaxMind::DB::Writer::Tree;

my %types = (
    country            => 'map',
    registered_country => 'map',
    subdivisions       => [ 'array', 'map' ],
    iso_code           => 'utf8_string',
    geoname_id         => 'uint32',
    names              => 'map',
    en                 => 'utf8_string',
    autonomous_system_number => 'uint32',
);

sub write_database {
    my ( $file, $type, %networks ) = @_;
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version               => 6,
        record_size              => 24,
        database_type            => $type,
        languages                => ['en'],
        description              => { en => 'Made-up places of documentation networks' },
        alias_ipv6_to_ipv4       => 0,
        remove_reserved_networks => 0,
        map_key_type_callback    => sub { $types{ $_[0] } },
    );
    $tree->insert_network( $_, $networks{$_} ) for sort keys %networks;
    open my $out, '>:raw', "$FindBin::Bin/$file" or die "$file: $!";
    $tree->write_tree($out);
    close $out or die "$file: $!";
}

write_database(
    'test.mmdb', 'Gatepost-Test-City',
    '203.0.113.0/24' => {
        country      => { iso_code => 'US', names => { en => 'United States' } },
        subdivisions => [ { iso_code => 'CA', names => { en => 'California' } } ],
    },
    '198.51.100.0/24' => { country => { iso_code => 'DE', names => { en => 'Germany' } } },
    # Two levels: the first is the larger one.
    '192.0.2.0/25' => {
        country      => { iso_code => 'GB' },
        subdivisions => [ { iso_code => 'ENG' }, { iso_code => 'WBK' } ],
    },
    # Only where the owner is registered.
    '192.0.2.128/26' => { registered_country => { iso_code => 'NL' } },
    # A country without a code.
    '192.0.2.192/26' => { country => { geoname_id => 6255148 } },
    '2001:db8::/33'  => { country => { iso_code => 'FR' } },
    '2001:db8:8000::/33' => {
        country      => { iso_code => 'US' },
        subdivisions => [ { iso_code => 'TX' } ],
    },
);

# A database of something else.
write_database( 'other.mmdb', 'Gatepost-Test-ASN',
    '203.0.113.0/24' => { autonomous_system_number => 64496 } );
