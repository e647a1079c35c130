#include "app/adapters.hpp"

#include <utility>

#include "app/plain_passwords.hpp"
#include "app/sender_terms.hpp"
#include "broker/rabbitmq/rabbitmq_broker.hpp"
#include "broker/sqlite/sqlite_broker.hpp"
#include "notifier/log.hpp"
#include "storage/mysql/mysql_storage.hpp"
#include "storage/sqlite/sqlite_storage.hpp"

namespace notifier {

std::expected<std::unique_ptr<Broker>, std::string> make_broker(const Settings& settings,
                                                                std::function<void(std::string)> on_unusable) {
  const BrokerTopology topology{.queue_type = settings.rabbitmq.queue_type,
                                .mode = settings.rabbitmq.topology,
                                .delay_queues = delay_queues_for(delay_ladder(settings))};
  if (settings.rabbitmq.url.empty()) return embedded::make_embedded_broker(settings.data_dir, topology);
  for (const std::string& warning : warnings_of_plain_passwords(settings.rabbitmq)) log::warn(warning);
  return rabbitmq::make_rabbitmq_broker(settings.rabbitmq, topology, std::move(on_unusable));
}

std::unique_ptr<Storage> open_storage(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::open_storage(settings.mysql);
  return embedded::open_storage(settings.data_dir);
}

std::expected<std::unique_ptr<Storage>, std::string> open_existing_storage(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::open_storage(settings.mysql);
  return embedded::open_existing_storage(settings.data_dir);
}

}  // namespace notifier
