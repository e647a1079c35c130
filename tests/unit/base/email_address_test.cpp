#include "base/email_address.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "unit/domain/repeated.hpp"

using notifier::is_email_address;
using notifier::testing::repeated;

TEST_CASE("plain addresses are taken") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "a@b.co", "A@EXAMPLE.COM", "user@example.com", "first.last@example.org", "a+tag@x.com",
                                    "o'neil@x.com", "a-b_c@x.com", "1@1.com", "!#$%&'*+-/=?^_`{|}~@x.com",
                                    "a@sub.domain.example.org", "a@x-y.com", "a@x--y.com", "a@123.museum");
  INFO(text);
  CHECK(is_email_address(text));
}

TEST_CASE("addresses in other scripts are taken") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "jörg@müller.de", "用户@例子.广告", "почта@пример.рф", "a@xn--mller-kva.de",
                                    "a@b.xn--p1ai", "😀@x.com", "👨‍👩‍👧@x.com", "a@💩.la", "e\u0301@x.com");
  INFO(text);
  CHECK(is_email_address(text));
}

TEST_CASE("what is not local@domain is refused") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "", "a", "@", "a@", "@x.com", "x.com", "a@@x.com", "a@x@y.com", "a b@c.de", "a@b c.de",
                                    " a@x.com", "a@x.com ", "<a@x.com>", "A <a@x.com>", "a@x.com,b@x.com", "a@x.com;b@x.com",
                                    "\"q q\"@x.com", "\"a\"@x.com", "a(comment)@x.com", "a\\b@x.com", "mailto:a@x.com");
  INFO(text);
  CHECK_FALSE(is_email_address(text));
}

TEST_CASE("dots separate, they neither begin nor end nor follow each other") {
  const std::string text =
      GENERATE(as<std::string>{}, ".a@x.com", "a.@x.com", "a..b@x.com", "a@.x.com", "a@x..com", "a@x.com.", "a@.", "a@..");
  INFO(text);
  CHECK_FALSE(is_email_address(text));
}

TEST_CASE("a domain has two labels or more and ends in letters") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "a@b", "a@localhost", "a@b.c", "a@1.2.3.4", "a@x.c1", "a@x.1c", "a@x.c-m",
                                    "a@[127.0.0.1]", "a@[IPv6:::1]", "a@x.com:25", "a@x.р", "a@x.xn--", "a@x.xn--é");
  INFO(text);
  CHECK_FALSE(is_email_address(text));
}

TEST_CASE("labels hold letters, digits and inner hyphens") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "a@-b.com", "a@b-.com", "a@x_y.com", "a@x.-com", "a@x.com-", "a@x%.com", "a@x/y.com",
                                    "a@x?.com", "a@é-.com", "a@x!y.com");
  INFO(text);
  CHECK_FALSE(is_email_address(text));
}

TEST_CASE("what could forge a mail's header or hide in it is refused") {
  const std::string text =
      GENERATE(as<std::string>{},  //
               "a@x.com\n", "a@x.com\r\nBcc: z@y.com", "a\r\n@x.com", "a\t@x.com", "a\x7f@x.com", "a\u0085@x.com",
               "a\u00a0b@x.com", "a\u200b@x.com", "a\u202e@x.com", "a\u2028@x.com", "a\u2066@x.com", "a@x\u3002com",
               "a@\uff58.com", "a@x.com\ufeff", "a\ue000@x.com", "a@x.c\u00adom");
  INFO(text);
  CHECK_FALSE(is_email_address(text));
}

TEST_CASE("a NUL is refused wherever it stands") {
  CHECK_FALSE(is_email_address(std::string{"a\0@x.com", 8}));
  CHECK_FALSE(is_email_address(std::string{"a@x\0.com", 8}));
  CHECK_FALSE(is_email_address(std::string{"a@x.com\0", 8}));
}

TEST_CASE("the local part has at most 64 bytes") {
  CHECK(is_email_address(repeated("x", 64) + "@x.com"));
  CHECK_FALSE(is_email_address(repeated("x", 65) + "@x.com"));
  CHECK(is_email_address(repeated("é", 32) + "@x.com"));
  CHECK_FALSE(is_email_address(repeated("é", 33) + "@x.com"));
}

TEST_CASE("a label has at most 63 bytes") {
  CHECK(is_email_address("a@" + repeated("x", 63) + ".com"));
  CHECK_FALSE(is_email_address("a@" + repeated("x", 64) + ".com"));
  CHECK(is_email_address("a@x." + repeated("c", 63)));
  CHECK_FALSE(is_email_address("a@x." + repeated("c", 64)));
}

TEST_CASE("an address has at most 254 characters") {
  const std::string start = "aaaa@" + repeated("x", 63) + '.' + repeated("x", 63) + '.' + repeated("x", 63) + '.';
  CHECK(is_email_address(start + repeated("x", 53) + ".com"));
  CHECK_FALSE(is_email_address(start + repeated("x", 54) + ".com"));
}
