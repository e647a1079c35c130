#include "templates/mustache_renderer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "support/test_servers.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// A folder with templates, and routes that use them.
class Templates {
 public:
  Templates& file(const std::string& name, const std::string& text) {
    std::ofstream{folder_.path() + "/" + name + ".mustache", std::ios::binary} << text;
    return *this;
  }

  /// A template `t` with that text, and with subjects that always can be rendered.
  Templates& text(const std::string& text) { return file("t.subject", "Hello").file("t.text", text); }

  Templates& route(std::vector<std::string> payload_keys, const std::string& template_name = "t") {
    routes_.push_back({.name = "route" + std::to_string(routes_.size() + 1),
                       .event_types = {"*"},
                       .senders = {"mail"},
                       .template_name = template_name,
                       .payload_keys = std::move(payload_keys)});
    return *this;
  }

  [[nodiscard]] std::expected<std::unique_ptr<TemplateRenderer>, std::string> make() const {
    return make_template_renderer(folder_.path(), routes_);
  }

  [[nodiscard]] std::string faults() const {
    const auto renderer = make();
    return renderer ? "none" : renderer.error();
  }

  [[nodiscard]] std::expected<Content, std::string> render(const std::string& payload) const {
    const auto renderer = make();
    INFO(faults());
    REQUIRE(renderer);
    return (*renderer)->render("t", Event{.id = "e1",
                                          .type = "order_shipped",
                                          .timestamp = "2023-10-27T10:00:00Z",
                                          .payload = payload,
                                          .recipient = {.user_id = "u1", .email = "ada@example.com", .username = "A<da>"}});
  }

  /// The text that is made of the payload; behind `!`, why there is none.
  [[nodiscard]] std::string rendered(const std::string& payload) const {
    const auto content = render(payload);
    return content ? content->text : "!" + content.error();
  }

  [[nodiscard]] const std::string& folder() const { return folder_.path(); }

 private:
  notifier::testing::TemporaryFolder folder_;
  std::vector<Route> routes_;
};

}  // namespace

TEST_CASE("A template has the event's own words and those of its payload, escaped in HTML alone") {
  Templates templates;
  templates.file("t.subject", "{{username}}: {{payload.item}}")
      .file("t.text", "{{id}} {{notificationId}} {{eventType}} {{timestamp}} {{userId}} {{email}} {{payload.username}}\n")
      .file("t.html", "<p>{{username}} {{payload.item}} {{{payload.item}}}</p>")
      .route({"item"});
  const auto content = templates.render(R"({"username":"x","item":"\"B\" & 'C'"})");
  REQUIRE(content);
  CHECK(content->subject == "A<da>: \"B\" & 'C'");
  CHECK(content->text == "e1 notif-e1 order_shipped 2023-10-27T10:00:00Z u1 ada@example.com x\n");
  CHECK(content->html == "<p>A&lt;da&gt; &quot;B&quot; &amp; &apos;C&apos; \"B\" & 'C'</p>");
}

TEST_CASE("Without a file for HTML there is none") {
  Templates templates;
  templates.text("text").route({});
  const auto content = templates.render("{}");
  REQUIRE(content);
  CHECK(content->html.empty());
}

TEST_CASE("Numbers are written as the client wrote them") {
  Templates templates;
  templates.text("{{payload.n}}").route({"n"});
  for (const std::string number : {"0", "-0", "-42", "19.90", "1.10", "100000.0", "1E2", "1e-7", "18446744073709551615",
                                   "12345678901234567890123", "0.30000000000000000000000000001"}) {
    CHECK(templates.rendered("{\"n\":" + number + "}") == number);
    CHECK(templates.rendered("{ \"a\" : [ ] , \"n\"\t:\r\n" + number + "\n, \"z\" : { } }") == number);
  }
}

TEST_CASE("A number is there for a section, whatever it is") {
  Templates templates;
  templates.text("{{#payload.n}}there: {{.}}{{/payload.n}}{{^payload.n}}not there{{/payload.n}}").route({"n"});
  CHECK(templates.rendered(R"({"n":0})") == "there: 0");
  CHECK(templates.rendered(R"({"n":0.00})") == "there: 0.00");
  CHECK(templates.rendered(R"({"n":null})") == "not there");
}

TEST_CASE("Text is there for a section, even without a character") {
  Templates templates;
  templates.text("{{#payload.note}}there: '{{.}}'{{/payload.note}}{{^payload.note}}not there{{/payload.note}}")
      .route({"note"});
  CHECK(templates.rendered(R"({"note":""})") == "there: ''");
  CHECK(templates.rendered("{}") == "not there");
}

TEST_CASE("Text of the payload is taken out of its JSON") {
  Templates templates;
  templates.text("{{payload.k\"ey}} {{#payload.list}}<{{.}}>{{/payload.list}}").route({"k\"ey", "list"});
  CHECK(templates.rendered(R"({"k\"ey":"a\\\"}],{\u00e4","list":["]","\\",1.0,"}"]})") == "a\\\"}],{ä <]><\\><1.0><}>");
}

TEST_CASE("Objects and arrays of the payload are sections") {
  Templates templates;
  templates
      .text(
          "{{#payload.order}}{{number}}, {{address.city}}{{/payload.order}}\n"
          "{{#payload.items}}\n"
          "- {{name}}: {{price}}{{#gift}} (gift for {{username}}){{/gift}}{{#tags}} {{.}}{{/tags}}\n"
          "{{/payload.items}}\n"
          "{{^payload.items}}nothing\n{{/payload.items}}"
          "{{payload.order.address.city}}")
      .route({"order", "items"});
  CHECK(templates.rendered(R"({"order":{"number":7,"address":{"city":"Rom"}},"items":[
          {"name":"cup","price":4.5,"gift":true,"tags":["red","blue"]},{"name":"jug","price":12,"gift":false,"tags":[]}]})") ==
        "7, Rom\n- cup: 4.5 (gift for A<da>) red blue\n- jug: 12\nRom");
  CHECK_THAT(templates.rendered(R"({"order":{"number":7,"address":{"city":"Rom"}},"items":[]})"),
             ContainsSubstring("nothing\nRom") && !ContainsSubstring("- "));
}

TEST_CASE("A list within a list is a section of its own") {
  Templates templates;
  templates.text("{{#payload.rows}}\n|{{#.}} {{.}} |{{/.}}\n{{/payload.rows}}\n").route({"rows"});
  CHECK(templates.rendered(R"({"rows":[["cup",2],[],["jug",1]]})") == "| cup | 2 |\n|\n| jug | 1 |\n");
}

TEST_CASE("What an object has itself hides what is outside of it, even if that is null or false") {
  Templates templates;
  templates.text("{{#payload.item}}{{#username}}{{username}}{{/username}}{{^username}}nobody{{/username}}{{/payload.item}}")
      .route({"item"});
  CHECK(templates.rendered(R"({"item":{}})") == "A<da>");
  CHECK(templates.rendered(R"({"item":{"username":"Bob"}})") == "Bob");
  CHECK(templates.rendered(R"({"item":{"username":null}})") == "nobody");
  CHECK(templates.rendered(R"({"item":{"username":false}})") == "nobody");
}

TEST_CASE("A variable that the event lacks is a failure, a section asks whether it is there") {
  Templates templates;
  templates
      .text(
          "{{#payload.coupon}}{{payload.coupon}}{{/payload.coupon}}{{^payload.coupon}}none{{/payload.coupon}} "
          "{{payload.total}}")
      .route({"coupon", "total"});
  CHECK(templates.rendered(R"({"coupon":"C1","total":5})") == "C1 5");
  CHECK(templates.rendered(R"({"total":5})") == "none 5");
  CHECK(templates.rendered(R"({"coupon":null,"total":5})") == "none 5");
  CHECK(templates.rendered(R"({"coupon":false,"total":5})") == "none 5");
  const std::string lacking = "!template 't': in the text, the event has no text or number for payload.total";
  CHECK(templates.rendered(R"({"coupon":"C1"})") == lacking);
  for (const char* value : {"null", "true", "{}", "[1]", "{\"a\":1}"}) {
    CAPTURE(value);
    CHECK(templates.rendered(std::string{"{\"total\":"} + value + "}") == lacking);
  }
}

TEST_CASE("What an element of a list lacks is a failure too") {
  Templates templates;
  templates.text("{{#payload.items}}{{name}}{{^sold}}{{.}}{{/sold}}{{/payload.items}}").route({"items"});
  CHECK(templates.rendered(R"({"items":[{"name":"cup","sold":true}]})") == "cup");
  CHECK_THAT(templates.rendered(R"({"items":[{"name":"cup","sold":true},{"sold":true}]})"), ContainsSubstring("for name"));
  CHECK_THAT(templates.rendered(R"({"items":[{"name":"cup"}]})"), ContainsSubstring("for ."));
}

TEST_CASE("Values are not taken for templates") {
  Templates templates;
  templates.text("{{payload.n}}").route({"n"});
  CHECK(templates.rendered(R"({"n":"{{email}} {{#x}}"})") == "{{email}} {{#x}}");
}

TEST_CASE("A subject is one line without control characters") {
  Templates templates;
  templates.file("t.subject", "\n  {{payload.n}}\nend \n").file("t.text", "text").route({"n"});
  const auto content = templates.render(R"({"n":"a\r\nBcc: b\u0000\t\u007f\u0085\u00a0ä"})");
  REQUIRE(content);
  CHECK(content->subject == "a  Bcc: b     \xC2\xA0\xC3\xA4 end");
  CHECK_FALSE(templates.file("t.subject", "{{^payload.n}}x{{/payload.n}}").render(R"({"n":" "})"));
}

TEST_CASE("Each fault of each template is found when it is loaded") {
  Templates templates;
  templates.file("t.subject", "{{usrname}}")
      .file("t.text", "{{#payload.order}}{{anything}} {{payload.other}}{{/payload.order}} {{payload}} {{payload.total}}")
      .file("t.html", "{{> footer}}{{^payload.x}}{{/payload.x}}{{anything}}")
      .file("footer", "{{nobody}}")
      .route({"order", "total"})
      .route({"order", "x"})
      .route({}, "missing");
  const std::string faults = templates.faults();
  CHECK_THAT(faults, ContainsSubstring("t.subject.mustache: {{usrname}}: no such variable"));
  CHECK_THAT(faults, ContainsSubstring("t.text.mustache: {{payload.other}}: the route 'route1' has no 'other'"));
  CHECK_THAT(faults, ContainsSubstring("t.text.mustache: {{payload}}"));
  CHECK_THAT(faults, ContainsSubstring("t.text.mustache: {{payload.total}}: the route 'route2' has no 'total'"));
  CHECK_THAT(faults, ContainsSubstring("t.html.mustache: {{^payload.x}}: the route 'route1' has no 'x'"));
  CHECK_THAT(faults, ContainsSubstring("t.html.mustache: {{anything}}"));
  CHECK_THAT(faults, ContainsSubstring("t.html.mustache: {{> footer}}: {{nobody}}: no such variable"));
  CHECK_THAT(faults, ContainsSubstring("[routes.route3] template: there is no file " + templates.folder() +
                                       "/missing.subject.mustache and no file ") &&
                         ContainsSubstring("/missing.text.mustache. Write what is missing, or set TEMPLATE_DIR"));
}

TEST_CASE("What cannot be parsed is named with its file") {
  for (const char* wrong :
       {"{{username", "{{#payload.n}}", "{{/payload.n}}", "{{#payload.n}}{{/payload.m}}", "{{=x=}}", "{{{id}}"}) {
    CAPTURE(wrong);
    Templates templates;
    templates.text(wrong).route({"n"});
    CHECK_THAT(templates.faults(), ContainsSubstring("t.text.mustache: "));
  }
}

TEST_CASE("Blocks, parents and partials that the data names are refused when a template is loaded") {
  for (const char* unknown : {"{{$title}}Hello{{/title}}", "{{<page}}{{$title}}Hello{{/title}}{{/page}}",
                              "{{<page}}{{/page}}", "{{>*eventType}}", "{{> *eventType}}"}) {
    CAPTURE(unknown);
    for (const std::string& text : {std::string{unknown}, "{{#payload.n}}" + std::string{unknown} + "{{/payload.n}}"}) {
      Templates templates;
      templates.text(text).file("page", "[{{id}}]").file("order_shipped", "{{id}}").route({"n"});
      CHECK_THAT(templates.faults(), ContainsSubstring("t.text.mustache: "));
    }
  }
}

TEST_CASE("Other delimiters may be set") {
  Templates templates;
  templates.text("{{=<% %>=}}{{x}} <%payload.n%>").route({"n"});
  CHECK(templates.rendered(R"({"n":1})") == "{{x}} 1");
}

TEST_CASE("A byte order mark gets into no mail, and UTF-16 is named as that") {
  const std::string mark = "\xEF\xBB\xBF";
  const auto mail = Templates{}
                        .file("t.subject", mark + "Hello")
                        .file("t.text", mark + "{{username}}")
                        .file("t.html", mark + "<p>")
                        .route({})
                        .render("{}");
  CHECK(mail->subject == "Hello");
  CHECK(mail->text == "A<da>");
  CHECK(mail->html == "<p>");
  CHECK_THAT(Templates{}.text(std::string{"\xFF\xFEH\0i\0", 6}).route({}).faults(),
             ContainsSubstring("t.text.mustache: is UTF-16: save it as UTF-8"));
}

TEST_CASE("Only files of the folder are read, and none that is too large") {
  Templates templates;
  templates.text(std::string(max_template_bytes, 'a')).route({});
  CHECK(templates.faults() == "none");
  templates.text(std::string(max_template_bytes + 1, 'a'));
  CHECK_THAT(templates.faults(), ContainsSubstring("too large"));

  for (const char* name : {"../t", "a/t", ".", "t.text", "t t", "\xC3\xA4"}) {
    CAPTURE(name);
    Templates outside;
    CHECK_THAT(outside.route({}, name).faults(), ContainsSubstring("cannot be named"));
  }

  Templates folders;
  folders.text("text").route({});
  std::filesystem::create_directory(folders.folder() + "/t.html.mustache");
  CHECK_THAT(folders.faults(), ContainsSubstring("t.html.mustache: cannot be read"));
}

TEST_CASE("A partial is the file of the part that names it, or one for all parts") {
  Templates templates;
  templates.file("t.subject", "{{> shop}}")
      .file("t.text", "Hello\n  {{> footer}}\n{{> shop}}")
      .file("t.html", "<p>{{> footer}}{{> shop}}")
      .file("footer.text", "--\n{{username}}\n")
      .file("footer.html", "<hr>{{username}}")
      .file("shop", "Shop & {{payload.n}}")
      .route({"n"});
  const auto content = templates.render(R"({"n":"'1'"})");
  REQUIRE(content);
  CHECK(content->subject == "Shop & '1'");
  CHECK(content->text == "Hello\n  --\n  A<da>\nShop & '1'");
  CHECK(content->html == "<p><hr>A&lt;da&gt;Shop & &apos;1&apos;");
}

TEST_CASE("A partial that is missing, has a bad name or leads around in a circle is a fault of the file that names it") {
  Templates templates;
  templates.file("t.subject", "{{> nothing}}").file("t.text", "{{> ../t}}").file("t.html", "{{> a}}").route({});
  templates.file("a.html", "{{> b}}").file("b", "{{> a}}");
  const std::string faults = templates.faults();
  CHECK_THAT(faults, ContainsSubstring("t.subject.mustache: {{> nothing}}: there is no file " + templates.folder() +
                                       "/nothing.subject.mustache, nor nothing.mustache"));
  CHECK_THAT(faults, ContainsSubstring("t.text.mustache: {{> ../t}}: name it by"));
  CHECK_THAT(faults, ContainsSubstring("t.html.mustache: {{> a}}: {{> b}}: {{> a}}: it contains itself"));
  CHECK_THAT(templates.text("{{> large}}").file("large", std::string(max_template_bytes + 1, 'a')).faults(),
             ContainsSubstring("t.text.mustache: {{> large}}: " + templates.folder() + "/large.mustache is too large"));
}

TEST_CASE("No file is read that a link takes from outside of the folder, and links within it are followed") {
  const notifier::testing::TemporaryFolder elsewhere;
  std::ofstream{elsewhere.path() + "/secret"} << "secret-word";
  Templates templates;
  templates.text("{{> p}}").file("real", "within").route({});
  std::filesystem::create_symlink(templates.folder() + "/real.mustache", templates.folder() + "/p.mustache");
  CHECK(templates.rendered("{}") == "within");
  std::filesystem::create_symlink(elsewhere.path() + "/secret", templates.folder() + "/p.text.mustache");
  CHECK_THAT(templates.faults(), ContainsSubstring("p.text.mustache is a link that leads out of the folder") &&
                                     !ContainsSubstring("secret-word"));
  std::filesystem::create_symlink(elsewhere.path() + "/secret", templates.folder() + "/t.html.mustache");
  CHECK_THAT(templates.faults(), ContainsSubstring("t.html.mustache: is a link"));
}

TEST_CASE("A file without words is a fault, as no mail goes out without") {
  Templates templates;
  templates.file("t.subject", "{{! later }}\n").file("t.text", "").file("t.html", " \n").route({});
  const std::string faults = templates.faults();
  CHECK_THAT(faults, ContainsSubstring("t.subject.mustache: there are no words in it") &&
                         ContainsSubstring("t.text.mustache: there are no words in it") &&
                         ContainsSubstring("t.html.mustache: there are no words in it"));
}

TEST_CASE("A route without a name declares whatever the template uses, and what the event lacks is told with the template") {
  Templates templates;
  templates.text("{{payload.total}}{{#payload.coupon}}{{payload.code}}{{/payload.coupon}}");
  const auto renderer = make_template_renderer(templates.folder(), {Route{.name = {}, .template_name = "t"}});
  REQUIRE(renderer);
  const Event event{.id = "e1", .payload = R"({"coupon":false})"};
  CHECK((*renderer)->render("t", event).error() ==
        "template 't': in the text, the event has no text or number for payload.total");
}

TEST_CASE("A template that no route uses is not there") {
  Templates templates;
  templates.text("text");
  const auto renderer = templates.make();
  REQUIRE(renderer);
  const auto content = (*renderer)->render("t", Event{.payload = "{}"});
  REQUIRE_FALSE(content);
  CHECK(content.error() == "template 't': there is no such template");
}

TEST_CASE("What an event makes of a template is bounded, whatever sections multiply") {
  const std::string filler(200, 'x');
  std::string items = "1";
  for (int i = 1; i < 100'000; ++i) items += ",1";
  const std::string many = R"({"items":[)" + items + R"(],"quotes":")" + std::string(200'000, '\'') + R"("})";
  const std::string too_much = "!template 't': in the text, the event makes more than 1024 KiB, ";

  Templates templates;
  templates.route({"items", "quotes"});
  CHECK_THAT(templates.text("{{#payload.items}}" + filler + "{{/payload.items}}").rendered(many), StartsWith(too_much));
  CHECK_THAT(templates.text("{{#payload.items}}\n" + filler + "\n{{/payload.items}}").rendered(many), StartsWith(too_much));
  CHECK_THAT(templates.text("{{#payload.items}}{{username}}{{email}}{{/payload.items}}").rendered(many),
             StartsWith(too_much));
  CHECK_THAT(templates.text("x{{#payload.items}}{{#payload.items}}{{/payload.items}}{{/payload.items}}").rendered(many),
             StartsWith(too_much));
  CHECK(templates.text("{{payload.quotes}}").rendered(many).size() == 200'000);
  CHECK(templates.text("{{#payload.items}}0123456{{/payload.items}}").rendered(many).size() == 700'000);

  const auto html = templates.file("t.html", "{{payload.quotes}}").text("text").render(many);
  REQUIRE_FALSE(html);
  CHECK_THAT(html.error(), StartsWith("template 't': in the HTML, the event makes more than 1024 KiB"));
  CHECK(templates.file("t.html", "{{{payload.quotes}}}").render(many)->html.size() == 200'000);
}

TEST_CASE("Of the variables that a long list lacks so many are named as one can read") {
  std::string items = "{}";
  for (int i = 1; i < 100'000; ++i) items += ",{}";
  Templates templates;
  templates.route({"items"}).text("{{#payload.items}}{{name}}{{/payload.items}}");
  CHECK(templates.rendered(R"({"items":[)" + items + "]}").size() < 700);
}
