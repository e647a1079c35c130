#include "cli/option_values.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/settings/setting_values.hpp"

namespace notifier {
namespace {

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

CLI::Validator whole_number(std::uint32_t least, std::uint32_t most) {
  const auto check = [least, most](const std::string& text) {
    const auto number = number_from(text, least, most);
    return number ? std::string{} : number.error();
  };
  return CLI::Validator{check, ""};
}

CLI::Validator one_of(std::vector<std::string> names) {
  const auto choose = [names = std::move(names)](std::string& text) -> std::string {
    const auto chosen = std::ranges::find(names, in_lower_case(text), in_lower_case);
    if (chosen == names.end()) return in_quotes(text) + " is not known: choose one of " + joined(names);
    text = *chosen;
    return {};
  };
  return CLI::Validator{choose, ""};
}

}  // namespace notifier
