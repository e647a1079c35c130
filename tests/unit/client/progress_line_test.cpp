#include "http/client/progress_line.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>

using namespace notifier::client;
using std::chrono::seconds;

TEST_CASE("Progress is a bar if the size is known, the rate and the counts") {
  const StreamProgress progress{.bytes_done = 420, .accepted = 90, .refused = 10};
  CHECK(progress_text(progress, 1000, seconds{10}) == "[########------------]  42%  10 lines/s, 90 accepted, 10 refused");
  CHECK(progress_text(progress, std::nullopt, seconds{10}) == "10 lines/s, 90 accepted, 10 refused");
  CHECK(progress_text({.waiting = 16}, std::nullopt, seconds{0}) == "0 accepted, 0 refused, 16 waiting");
  CHECK(progress_text({.waiting = 1}, 132, seconds{1}) == "[--------------------]   0%  0 accepted, 0 refused, 1 waiting");
  CHECK(progress_text({.accepted = 1}, std::nullopt, seconds{5}) == "1 accepted, 0 refused");
  CHECK(progress_text({.bytes_done = 2000}, 1000, seconds{1}).starts_with("[####################] 100%"));
  CHECK(progress_text({}, 0, seconds{1}).starts_with("[####################] 100%"));
}

TEST_CASE("Progress fits into a line") {
  constexpr auto many = std::numeric_limits<std::uint64_t>::max() / 10'000;
  CHECK(progress_text({.bytes_done = 1, .accepted = many, .refused = many, .waiting = 256}, 1, seconds{1}).size() == 79);
}
