#include "base/iso_timestamp.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

using notifier::is_iso_timestamp;

TEST_CASE("dates and times in the extended format of ISO 8601 are timestamps") {
  const std::string text = GENERATE(as<std::string>{},  //
                                    "0000", "2023", "9999", "2023-01", "2023-12", "2023-01-01", "2023-12-31", "2023-04-30",
                                    "2024-02-29", "2000-02-29", "2023-10-27T00:00", "2023-10-27T23:59", "2023-10-27T10:00Z",
                                    "2023-10-27T10:00:59", "2023-10-27T10:00:00.1", "2023-10-27T10:00:00.123456789Z",
                                    "2023-10-27T10:00:00+14:00", "2023-10-27T10:00:00-12:00", "2023-10-27T10:00:00+23:59",
                                    "2023-10-27T10:00:00-00:00", "2023-10-27T10:00:00+05", "2023-10-27T10:00:00+0530",
                                    "2023-10-27T10:00+02:00", "2023-10-27T10:00:00.5+02:00");
  INFO(text);
  CHECK(is_iso_timestamp(text));
}

TEST_CASE("a space or a lower-case letter between date and time, a lower-case zone and a comma make timestamps") {
  const std::string text =
      GENERATE(as<std::string>{},  //
               "2023-10-27 10:00:00", "2023-10-27 10:00", "2023-10-27 10:00:00Z", "2023-10-27 10:00:00.5+02:00",
               "2023-10-27t10:00:00Z", "2023-10-27t10:00:00z", "2023-10-27T10:00:00z", "2023-10-27 10:00z",
               "2023-10-27T10:00:00,5Z", "2023-10-27 10:00:00,123456789z", "2023-10-27T10:00:00,5");
  INFO(text);
  CHECK(is_iso_timestamp(text));
}

TEST_CASE("the last minute of a month in UTC may have a second 60") {
  const std::string text =
      GENERATE(as<std::string>{},  //
               "2016-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00", "2017-01-01T08:59:60+09:00", "2015-06-30T23:59:60.123Z",
               "2015-07-01T05:29:60+0530", "2016-12-31 23:59:60,5z", "2016-12-31T23:59:60", "2024-02-29T23:59:60Z");
  INFO(text);
  CHECK(is_iso_timestamp(text));
}

TEST_CASE("no other minute has a second 60, and none a second 61") {
  const std::string text =
      GENERATE(as<std::string>{},  //
               "2023-10-27T10:00:60Z", "2016-12-31T23:58:60Z", "2016-12-30T23:59:60Z", "2016-12-31T23:59:60-08:00",
               "2017-01-01T00:59:60+09:00", "2024-02-28T23:59:60Z", "2016-12-31T22:59:60Z", "2016-12-31T23:59:61Z");
  INFO(text);
  CHECK_FALSE(is_iso_timestamp(text));
}

TEST_CASE("days that their month does not have are no timestamps") {
  const std::string text = GENERATE(as<std::string>{}, "2023-02-29", "1900-02-29", "2024-02-30", "2023-04-31", "2023-00-10",
                                    "2023-13-01", "2023-10-00", "2023-10-32", "2023-02-29T10:00:00Z");
  INFO(text);
  CHECK_FALSE(is_iso_timestamp(text));
}

TEST_CASE("times and offsets that no clock shows are no timestamps") {
  const std::string text =
      GENERATE(as<std::string>{},  //
               "2023-10-27T24:00:00Z", "2023-10-27T24:00Z", "2023-10-27T25:00", "2023-10-27T10:60", "2023-10-27T10:00:60Z",
               "2023-10-27T10:00:00+24:00", "2023-10-27T10:00:00+25:00", "2023-10-27T10:00:00+05:60");
  INFO(text);
  CHECK_FALSE(is_iso_timestamp(text));
}

TEST_CASE("other ways to write a date are no timestamps") {
  const std::string text = GENERATE(
      as<std::string>{},                                                                 //
      "", "nope", "20231027", "20231027T100000Z", "202310", "1698400800", "2023-1-1",    //
      "2023-W43", "2023-W43-5", "2023-300", "+002023-10-27", "-2023", "12023", "2023-",  //
      "2023-10-27T", "2023-10-27T10", "2023-10-27T10Z", "2023-10-27T1000", "2023-10-27T10:00:", "2023-10-27T10:00:00.Z",
      "2023-10-27T10:00.5Z", "2023-10T10:00Z", "2023T10:00Z", "2023-10-27T10:00:00,Z", "2023-10-27T10:00:00.5,5Z",
      "2023-10-27  10:00:00Z", "2023-10-27_10:00:00Z", "2023-10-27\t10:00:00Z", "2023-10-27 ", "2023-10 10:00",
      "2023-10-27 10:00:00 Z", "2023-10-27z", "2023-10-27Z", " 2023-10-27", "2023-10-27T10:00:00Z ",
      "2023-10-27T10:00:00Z\n", "2023-10-27\n10:00", "2023-10-27T10:00:00+", "2023-10-27T10:00:00+5",
      "2023-10-27T10:00:00+05:", "2023-10-27T10:00:00+05:3", "2023-10-27T10:00:00Z+01:00", "２０２３", "2023−10−27",
      "2023/10/27", "27-10-2023", "Fri, 27 Oct 2023 10:00:00 GMT");
  INFO(text);
  CHECK_FALSE(is_iso_timestamp(text));
}

TEST_CASE("a NUL ends no timestamp") { CHECK_FALSE(is_iso_timestamp(std::string{"2023-10-27\0", 11})); }

TEST_CASE("a timestamp has at most 64 characters") {
  const std::string start = "2023-10-27T10:00:00.";
  CHECK(is_iso_timestamp(start + std::string(43, '1') + "Z"));
  CHECK_FALSE(is_iso_timestamp(start + std::string(44, '1') + "Z"));
}
