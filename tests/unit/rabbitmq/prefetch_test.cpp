#include "broker/rabbitmq/prefetch.hpp"

#include <catch2/catch_test_macros.hpp>

#include "domain/delivery_room.hpp"
#include "domain/event_schema.hpp"

using notifier::ConsumeLimits;
using notifier::max_event_bytes;
using notifier::memory_for;
using notifier::rabbitmq::Prefetch;

TEST_CASE("Without a limit of memory everything is asked for at once") {
  const Prefetch prefetch{ConsumeLimits{.prefetch = 3000}};
  CHECK(prefetch.always() == 3000);
  CHECK(prefetch.more() == 0);
}

TEST_CASE("As many as fit whatever they hold are asked for at all times, one at least, and more while they are small") {
  constexpr std::size_t small = 400;
  Prefetch prefetch{ConsumeLimits{.prefetch = 3000, .bytes = 10 * memory_for(max_event_bytes)}};
  CHECK(prefetch.always() == 10);
  CHECK(prefetch.more() == 0);
  prefetch.came(small);
  const unsigned more = prefetch.more();
  CHECK(more > 1000);
  CHECK(more <= 2990);
  CHECK_FALSE(prefetch.is_outdated(more));
  for (int i = 0; i < 500; ++i) prefetch.came(max_event_bytes);
  CHECK(prefetch.is_outdated(more));
  CHECK(prefetch.more() <= 1);

  CHECK(Prefetch{ConsumeLimits{.prefetch = 3000, .bytes = 1}}.always() == 1);
}
