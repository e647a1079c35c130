#include <catch2/catch_test_macros.hpp>
#include <kainjow/mustache.hpp>
#include <map>
#include <string>
#include <utility>

#include "templates/mustache_text.hpp"

using namespace notifier;
using kainjow::mustache::data;
using Partials = std::map<std::string, std::string>;

namespace {

/// Values of each kind.
data values() {
  data list{data::type::list};
  for (const char* name : {"a", "b"}) list.push_back(data{"name", std::string{name}});
  data inner{data::type::object};
  inner["c"] = data{std::string{"inner"}};
  data other{data::type::object};
  other["d"] = data{std::string{"other"}};
  data all{data::type::object};
  all["yes"] = data{true};
  all["no"] = data{false};
  all["text"] = data{std::string{"<\n>"}};
  all["list"] = std::move(list);
  all["empty"] = data{data::type::list};
  data nested{data::type::object};
  nested["b"] = std::move(inner);
  all["a"] = std::move(nested);
  data shadow{data::type::object};
  shadow["a"] = std::move(other);
  all["shadow"] = std::move(shadow);
  return all;
}

std::string rendered(const std::string& source, const Partials& partials = {}) {
  const auto text =
      MustacheText::parse(source, Escaping::none, [&](const std::string& name) -> std::expected<std::string, std::string> {
        const auto found = partials.find(name);
        if (found == partials.end()) return std::unexpected{"there is none"};
        return found->second;
      });
  if (!text) return "!" + text.error();
  const auto made = text->render(values());
  return made ? *made : "!" + made.error();
}

}  // namespace

TEST_CASE("Tags of sections that stand alone on their lines leave no lines") {
  CHECK(rendered("1\n{{#yes}}\n2\n{{/yes}}\n3") == "1\n2\n3");
  CHECK(rendered("1\n{{^no}}\n2\n{{/no}}\n3") == "1\n2\n3");
  CHECK(rendered("1\n{{#no}}\n2\n{{/no}}\n3") == "1\n3");
  CHECK(rendered("{{#list}}\n- {{name}}\n{{/list}}\n") == "- a\n- b\n");
  CHECK(rendered("1\n  {{#yes}}\n  2\n\t{{/yes}} \n3") == "1\n  2\n3");
}

TEST_CASE("A tag that stands alone needs no end of a line before or behind it, and takes CR LF for one") {
  CHECK(rendered("  {{#yes}}\n1\n{{/yes}}") == "1\n");
  CHECK(rendered("1\n{{#yes}}\n2\n  {{/yes}}") == "1\n2\n");
  CHECK(rendered("1\r\n{{#yes}}\r\n2\r\n{{/yes}}\r\n3") == "1\r\n2\r\n3");
}

TEST_CASE("An empty line beside a tag that stands alone stays") {
  CHECK(rendered("1\n\n{{#yes}}\n\n2\n\n{{/yes}}\n\n3\n") == "1\n\n\n2\n\n\n3\n");
  CHECK(rendered("{{#list}}\n{{name}}\n{{/list}}\n\nend") == "a\nb\n\nend");
}

TEST_CASE("A tag beside anything but white space takes nothing away") {
  CHECK(rendered(" | {{#yes}}\t|\t{{/yes}} | \n") == " | \t|\t | \n");
  CHECK(rendered(" {{#yes}}1{{/yes}}\n {{#yes}}2{{/yes}}\n") == " 1\n 2\n");
  CHECK(rendered("{{#yes}} {{/yes}}\n") == " \n");
  CHECK(rendered("{{#yes}}{{#no}}\n{{/no}}{{/yes}}|") == "|");
}

TEST_CASE("A line that has nothing but a variable stays, with its white space") {
  CHECK(rendered("  {{text}}\n") == "  <\n>\n");
  CHECK(rendered("1\n {{{text}}} \n2") == "1\n <\n> \n2");
  CHECK(rendered("1\n {{&text}}\n2") == "1\n <\n>\n2");
}

TEST_CASE("Comments that stand alone leave no lines, of however many they are") {
  CHECK(rendered("1\n{{! one }}\n2") == "1\n2");
  CHECK(rendered("1\n  {{!\n one\n two\n  }}\n2") == "1\n2");
  CHECK(rendered("  12 {{! 34 }}\n") == "  12 \n");
  CHECK(rendered("1{{! 2 }}3") == "13");
}

TEST_CASE("Changes of delimiters that stand alone leave no lines") {
  CHECK(rendered("1\n{{=| |=}}\n|#yes|2|/yes|") == "1\n2");
  CHECK(rendered(" {{=| |=}} \r\n|#yes|\r\n2\r\n|/yes|") == "2\r\n");
  CHECK(rendered("1 {{=| |=}}\n2") == "1 \n2");
}

TEST_CASE("Partials stand in the place of their tags") {
  CHECK(rendered("<{{>p}}>", {{"p", "partial"}}) == "<partial>");
  CHECK(rendered("{{#list}}{{> p }}{{/list}}", {{"p", "[{{name}}]"}}) == "[a][b]");
  CHECK(rendered("{{> p}}{{> p}}", {{"p", "{{> q}}-"}, {"q", "q"}}) == "q-q-");
  CHECK(rendered("| {{> p}} |", {{"p", "\t|\t"}}) == "| \t|\t |");
}

TEST_CASE("A partial whose tag stands alone leaves no line of its own and takes its indentation") {
  CHECK(rendered("1\n{{> p}}\n2", {{"p", "partial\n"}}) == "1\npartial\n2");
  CHECK(rendered("1\r\n{{> p}}\r\n2", {{"p", "p"}}) == "1\r\np2");
  CHECK(rendered("\\\n {{> p}}\n/\n", {{"p", "|\n\n{{text}}\n|\n"}}) == "\\\n |\n \n <\n>\n |\n/\n");
  CHECK(rendered("  {{> p}}\n", {{"p", "{{#list}}\n- {{name}}\n{{/list}}\n"}}) == "  - a\n  - b\n");
  CHECK(rendered(" {{> p}}\n", {{"p", "1\n {{> q}}\n"}, {"q", "2\n3\n"}}) == " 1\n  2\n  3\n");
}

TEST_CASE("A partial beside anything else on its line is not indented") {
  CHECK(rendered("  {{text}}  {{> p}}\n", {{"p", ">\n>"}}) == "  <\n>  >\n>\n");
  CHECK(rendered("> {{> p}}\n", {{"p", "1\n2"}}) == "> 1\n2\n");
}

TEST_CASE("Delimiters are those of one file") {
  CHECK(rendered("{{=| |=}}|> p|", {{"p", "{{#yes}}1{{/yes}}"}}) == "1");
  CHECK(rendered("{{> p}} {{#yes}}2{{/yes}}", {{"p", "{{=| |=}}|#yes|1|/yes|"}}) == "1 2");
}

TEST_CASE("The first part of a dotted name decides whose the others are") {
  CHECK(rendered("{{a.b.c}}") == "inner");
  CHECK(rendered("{{#shadow}}{{a.d}}{{/shadow}}") == "other");
  CHECK(rendered("{{#shadow}}{{^a.b}}none{{/a.b}}{{/shadow}}") == "none");
  CHECK(rendered("{{#shadow}}{{a.b.c}}{{/shadow}}") == "!the event has no text or number for a.b.c");
}

TEST_CASE("A partial that cannot be had is told with the tags that lead to it") {
  CHECK(rendered("{{> p}}", {{"p", "{{> q}}"}}) == "!{{> p}}: {{> q}}: there is none");
  CHECK(rendered("{{> p}}", {{"p", "\n{{#yes}}"}}) == "!{{> p}}: Unclosed section \"yes\" in line 2");
  CHECK(rendered("{{> p}}", {{"p", "{{> q}}"}, {"q", "{{> p}}"}}) ==
        "!{{> p}}: {{> q}}: {{> p}}: it contains itself: take it out of one of the files, p > q > p");
}

TEST_CASE("Partials and sections within each other, and what partials make of a file, are bounded") {
  Partials chain;
  for (std::size_t i = 1; i <= max_partial_depth; ++i) {
    chain["p" + std::to_string(i)] = i < max_partial_depth ? "{{> p" + std::to_string(i + 1) + "}}" : "end";
  }
  CHECK(rendered("{{> p1}}", chain) == "end");
  chain["p0"] = "{{> p1}}";
  CHECK(rendered("{{> p0}}", chain).ends_with("more than 10 partials are within each other"));

  const auto nested = [](std::size_t depth) {
    std::string text = "x";
    for (std::size_t i = 0; i < depth; ++i) text = "{{#yes}}" + text + "{{/yes}}";
    return text;
  };
  CHECK(rendered(nested(max_section_depth)) == "x");
  CHECK(rendered(nested(max_section_depth + 1)) == "!more than 100 sections are within each other");

  const Partials large{{"p", std::string(max_source_bytes / 4, 'x')}, {"twice", "{{> p}}{{> p}}"}};
  CHECK(rendered("{{> twice}}{{> p}}", large).size() == max_source_bytes / 4 * 3);
  CHECK(rendered("{{> twice}}{{> twice}}", large).contains("more than 1024 KiB"));
}

TEST_CASE("What makes nothing but white space is blank") {
  const auto is_blank = [](const std::string& source) {
    return MustacheText::parse(source, Escaping::none,
                               [](const std::string&) { return std::expected<std::string, std::string>{" "}; })
        ->is_blank();
  };
  CHECK(is_blank(""));
  CHECK(is_blank(" \n{{! nothing }}{{#yes}}\n{{/yes}}{{> p}}"));
  CHECK_FALSE(is_blank("x"));
  CHECK_FALSE(is_blank("{{text}}"));
  CHECK_FALSE(is_blank("{{#yes}}{{{text}}}{{/yes}}"));
}
