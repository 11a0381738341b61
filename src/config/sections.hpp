// The sections of the file, each into its layer's options.
#pragma once

#include "section.hpp"

namespace gatepost::config {

void read_listen(section& file, config& into);
void read_pixels(section& file, config& into, secrets allowed);
void read_events(section& file, config& into);
// `into` holds what keys that are not given mean. `parent` is the file or a pixel.
void read_consent(section& parent, consent_settings& into);
void read_identity(section& file, config& into);
void read_spool(section& file, config& into);
void read_relay(section& file, config& into, secrets allowed);
void read_audit(section& file, config& into); // after the spool
void read_process(section& file, config& into);

} // namespace gatepost::config
