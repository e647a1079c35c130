#pragma once

namespace notifier {

/// Initialises libcurl, once for the whole process; comes before any other call of it. Throws if libcurl cannot start. May
/// be called from any thread, as often as one likes (curl_global_init(3) alone may not be).
void initialise_libcurl();

}  // namespace notifier
