// The sections of the file, each into its layer's options.
#pragma once

#include "secret_source.hpp"
#include "section.hpp"

namespace gatepost::config {

// `listen`, `auth`, `admin` and `metrics`: who may come in, and where.
void read_listeners(section& file, config& into, secret_reading& how);
void read_pixels(section& file, config& into, secret_reading& how);
void read_events(section& file, config& into);
// `into` holds what keys that are not given mean. `parent` is the file or a pixel.
void read_consent(section& parent, consent_settings& into);
void read_identity(section& file, config& into, secret_reading& how);
void read_spool(section& file, config& into, secret_reading& how);
void read_relay(section& file, config& into, secret_reading& how);
void read_audit(section& file, config& into); // after the spool
void read_process(section& file, config& into);

} // namespace gatepost::config
