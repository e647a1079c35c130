#include "broker/rabbitmq/topology_mismatch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using rabbitmq::mismatch_text;

namespace {

std::string answer_about(const std::string& argument, const std::string& rest) {
  return "PRECONDITION_FAILED - inequivalent arg '" + argument + "' for queue 'q' in vhost '/': " + rest;
}

}  // namespace

TEST_CASE("A queue of the other type can be kept by the setting of that type") {
  const std::string no_quorum =
      answer_about("x-queue-type", "received the value 'quorum' of type 'longstr' but current is none");
  const std::string no_classic =
      answer_about("x-queue-type", "received none but current is the value 'quorum' of type 'longstr'");
  const std::string for_quorum = mismatch_text("queue", "q", no_quorum, QueueType::quorum);
  CHECK_THAT(for_quorum, ContainsSubstring("the queue q exists") && ContainsSubstring("with RABBITMQ_QUEUE_TYPE=quorum (") &&
                             EndsWith("or keep it: with RABBITMQ_QUEUE_TYPE=classic, for all queues"));
  const std::string for_classic = mismatch_text("queue", "q", no_classic, QueueType::classic);
  CHECK_THAT(for_classic, ContainsSubstring("with RABBITMQ_QUEUE_TYPE=classic (") &&
                              EndsWith("or keep it: with RABBITMQ_QUEUE_TYPE=quorum, for all queues"));
}

TEST_CASE("What differs otherwise can be kept by checking that it is there alone") {
  const std::string other_delay = answer_about("x-message-ttl", "received '1000' but current is '2000'");
  CHECK_THAT(mismatch_text("queue", "q", other_delay, QueueType::quorum),
             EndsWith("or keep it with RABBITMQ_TOPOLOGY=passive"));
  CHECK_THAT(mismatch_text("exchange", "e", "inequivalent arg 'type'", QueueType::classic),
             EndsWith("or keep it with RABBITMQ_TOPOLOGY=passive") && !ContainsSubstring("RABBITMQ_QUEUE_TYPE"));
}

TEST_CASE("What may be of the other type can be kept by either") {
  const std::string answer =
      answer_about("x-dead-letter-exchange", "received the value '' of type 'longstr' but current is none");
  CHECK_THAT(mismatch_text("queue", "q", answer, QueueType::quorum),
             ContainsSubstring("RABBITMQ_QUEUE_TYPE=classic, for all queues, if it is classic") &&
                 ContainsSubstring("RABBITMQ_TOPOLOGY=passive"));
}

TEST_CASE("What is of no use as it is can only be deleted") {
  const std::string stream =
      answer_about("x-queue-type", "received 'quorum' but current is the value 'stream' of type 'longstr'");
  const std::string fleeting = answer_about("durable", "received 'true' but current is 'false'");
  for (const std::string& answer : {stream, fleeting}) {
    CHECK_THAT(mismatch_text("queue", "q", answer, QueueType::quorum), EndsWith("and notifier makes it anew"));
  }
}
