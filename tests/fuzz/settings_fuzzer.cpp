// The input is a file for --config. One that is refused is read once more behind secrets, which no error may show.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/command_line.hpp"
#include "cli/settings/config_text.hpp"
#include "cli/settings/settings_table.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;
using fuzz::check;

namespace {

constexpr std::string_view secret = "Xq7Zw9";
constexpr std::string_view secrets =
    "api-key = \"Xq7Zw9\"\n"
    "rabbitmq-url = \"amqp://user:Xq7Zw9@broker\"\n"
    "mysql-password = \"Xq7Zw9\"\n";

/// A file in memory that has a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_{memfd_create("settings", MFD_CLOEXEC)} { check(descriptor_ >= 0, "there is a file in memory"); }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  void write(std::string_view text) const {
    check(ftruncate(descriptor_, 0) == 0, "the file in memory can be emptied");
    check(pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
          "the file in memory can be written");
  }

 private:
  int descriptor_;
};

std::expected<Invocation, NotRun> read_file(std::string_view text) {
  static const MemoryFile file;
  file.write(text);
  return read_command_line({"--config", file.path(), "config"});
}

void check_settings_in_force(const Settings& settings) {
  Settings again;
  for (const Setting& setting : settings_table()) {
    const std::string shown = setting.show(settings);
    if (setting.secret || shown.empty()) continue;
    check(!setting.apply(again, shown), "a setting takes the text that it is shown as");
    check(setting.show(again) == shown, "a setting that was shown and taken is the same");
  }
}

std::string printed(const Settings& settings) {
  std::ostringstream text;
  write_config(text, settings);
  return text.str();
}

void check_printed(const Settings& settings) {
  const std::string text = printed(settings);
  const auto again = read_file(text);
  check(again.has_value(), "what is printed can be read");
  check(printed(again->settings) == text, "what is printed and read is the same");
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  for (const Setting& setting : settings_table()) unsetenv(setting.variable.c_str());
  unsetenv("NOTIFIER_CONFIG");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto invocation = read_file(text);
  if (invocation) {
    check(invocation->subcommand == "config", "a file does not choose the command");
    check_settings_in_force(invocation->settings);
    check_printed(invocation->settings);
    return 0;
  }
  check(!invocation.error().text.empty(), "an error message says something");
  if (text.contains(secret)) return 0;
  const auto behind_secrets = read_file(std::string{secrets} + std::string{text});
  if (!behind_secrets) check(!behind_secrets.error().text.contains(secret), "an error shows no secret");
  return 0;
}
