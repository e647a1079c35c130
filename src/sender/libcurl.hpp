#pragma once

#include <curl/curl.h>

#include <string>

namespace notifier {

/// In seconds. A name may have moved to another address, which nobody notices on a connection that is used all the time.
inline constexpr long longest_life_of_connection = 60;

/// Initialises libcurl, once for the whole process; comes before any other call of it. Throws if libcurl cannot start. May
/// be called from any thread, as often as one likes (curl_global_init(3) alone may not be).
void initialise_libcurl();

/// Has a connection trust the authorities (PEM) in a file and none of the system's, which libcurl would take as well from
/// the folder that it was built with (CURLOPT_CAPATH(3)).
void trust_only(CURL* handle, const std::string& ca_file);

}  // namespace notifier
