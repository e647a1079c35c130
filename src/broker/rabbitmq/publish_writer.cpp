#include "broker/rabbitmq/publish_writer.hpp"

#include <cstddef>

#include "broker/rabbitmq/message_codec.hpp"
#include "broker/rabbitmq/message_frames.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::size_t most_gathered_bytes = 256 * 1024;

}  // namespace

PublishWriter::PublishWriter(AmqpConnection& connection, amqp_channel_t channel)
    : connection_{connection},
      channel_{channel},
      frame_max_{static_cast<std::size_t>(amqp_get_frame_max(connection.handle()))} {
  if (connection_.is_encrypted()) corked_.emplace(connection_);
}

int PublishWriter::write(const PublishRequest& request, Clock::time_point deadline) {
  if (corked_) {
    const MessageProperties properties{request.message};
    return connection_.call(deadline, [&](amqp_connection_state_t state) {
      return amqp_basic_publish(state, channel_, to_bytes(request.route.exchange), to_bytes(request.route.routing_key), 1, 0,
                                properties.get(), to_bytes(request.message.body));
    });
  }
  if (!append_publish(frames_, channel_, request.route, request.message, frame_max_)) return AMQP_STATUS_TABLE_TOO_BIG;
  return frames_.size() < most_gathered_bytes ? AMQP_STATUS_OK : flush(deadline);
}

int PublishWriter::flush(Clock::time_point deadline) {
  if (frames_.empty()) return AMQP_STATUS_OK;
  const int status = connection_.write(frames_, deadline);
  frames_.clear();
  return status;
}

}  // namespace notifier::rabbitmq
