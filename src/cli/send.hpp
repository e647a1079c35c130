#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace notifier {

/// What `notifier send` sends, and how.
struct SendOptions {
  std::string file;                   ///< `-`: standard input
  std::string url;                    ///< empty: API_HOST and API_PORT say where
  std::filesystem::path tls_ca_file;  ///< PEM; empty: the system's authorities
  bool insecure_http = false;
  std::string run;                 ///< empty: the path of the file, or made up
  std::filesystem::path ids_file;  ///< gets the ids of the accepted events; empty: nothing does
  unsigned connections = 16;
  std::chrono::milliseconds patience{std::chrono::seconds{60}};
};

/// The options outlive the parser.
void add_send_options(CLI::App& parser, SendOptions& options);

}  // namespace notifier
