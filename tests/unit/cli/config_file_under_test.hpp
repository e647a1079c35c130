#pragma once

#include <catch2/catch_test_macros.hpp>
#include <expected>
#include <fstream>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// What `notifier config` gets of a configuration file.
class ConfigFileUnderTest {
 public:
  explicit ConfigFileUnderTest(const std::string& text) { std::ofstream{path(), std::ios::binary} << text; }

  [[nodiscard]] std::string path() const { return folder_.path() + "/notifier.toml"; }

  [[nodiscard]] std::expected<Invocation, NotRun> read(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"--config", path(), "config"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return read_command_line(arguments);
  }

 private:
  TemporaryFolder folder_;
};

inline Settings settings_of(const std::string& text, std::vector<std::string> more = {}) {
  const auto invocation = ConfigFileUnderTest{text}.read(std::move(more));
  INFO(text << "\n" << (invocation ? "" : invocation.error().text));
  REQUIRE(invocation);
  return invocation->settings;
}

/// The faults of the file, one a line. The file is called FILE.
inline std::string faults_of(const std::string& text) {
  const ConfigFileUnderTest file{text};
  const auto invocation = file.read();
  INFO(text);
  REQUIRE_FALSE(invocation);
  CHECK(invocation.error().exit_status == 2);
  std::string faults = invocation.error().text;
  for (auto at = faults.find(file.path()); at != std::string::npos; at = faults.find(file.path())) {
    faults.replace(at, file.path().size(), "FILE");
  }
  return faults;
}

}  // namespace notifier::testing
