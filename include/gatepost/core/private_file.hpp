// Files and directories that nobody but the daemon's own user may read.
#pragma once

#include <gatepost/core/result.hpp>

#include <string>

namespace gatepost::core {

// Makes an empty file of mode 0600, whatever the umask, and gives it open for reading and writing,
// for the caller to close. Errors: file_exists for whatever is there, be it a link that leads
// nowhere; what the file system says.
result<int> create_private_file(const std::string& file);
// The same, closed, unless there is a file already. Errors: what the file
// system says; not_supported for what is there and is no regular file.
error_code make_private_file(const std::string& file);
// Mode 0600 for a file that may exist.
error_code make_private(const std::string& file);

// Makes a directory of mode 0700, whatever the umask, and its parents where they are missing (these
// with the usual mode). One that is there keeps its mode. `path` has no slash at its end.
error_code make_private_directory(const std::string& path);

// Whether nobody but this process's user can put files into a directory, or take some away: it is
// no link, it belongs to this user, and neither group nor others may write to it.
bool is_own_directory(const std::string& path);

} // namespace gatepost::core
