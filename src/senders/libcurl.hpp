#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace notifier {

/// In seconds. A name may have moved to another address, which nobody notices on a connection that is used all the time.
inline constexpr long longest_life_of_connection = 60;

/// Initialises libcurl, once for the whole process; comes before any other call of it. Throws if libcurl cannot start. May
/// be called from any thread, as often as one likes (curl_global_init(3) alone may not be).
void initialise_libcurl();

/// Has a connection trust the authorities (PEM) in a file and none of the system's, which libcurl would take as well from
/// the folder that it was built with (CURLOPT_CAPATH(3)).
void trust_only(CURL* handle, const std::string& ca_file);

/// Has a server's certificate checked for the host of the URL among its alternative names (RFC 9525). libcurl alone would
/// take a common name when there are none. `explained` reads what libcurl says about a refusal.
[[nodiscard]] CURLcode require_alternative_name(CURL* handle);

/// Where a URL leads, as the operator wrote it: `mail.example.com:25`, `[fd00::1]:443`. Without user, password and path.
[[nodiscard]] std::string host_and_port(const std::string& url);

/// The host alone; one of IPv6 is in brackets.
[[nodiscard]] std::string host_of(const std::string& url);

/// Why a transfer to `url`, an operator's, has failed: `no connection to HOST:PORT: ` and the system's words, or `detail` of
/// libcurl, with what is wrong when a certificate was refused by the check above. Names no address that is not public but
/// the URL's own: that of a name stays hidden.
[[nodiscard]] std::string explained(std::string_view detail, const std::string& url, CURL* handle, CURLcode result);

}  // namespace notifier
