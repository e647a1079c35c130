#include "third_party/installed_program.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace notifier::testing {

std::string installed_program(const std::string& name) {
  const std::string path = "/usr/sbin/" + name;
  if (!std::filesystem::exists(path)) SKIP(name << " is not installed: ./dev test all brings it");
  return path;
}

void need_root() {
  if (::geteuid() != 0) SKIP("this needs root");
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
  std::filesystem::permissions(path, std::filesystem::perms{0644});
}

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read " + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace notifier::testing
