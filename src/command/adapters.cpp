#include "command/adapters.hpp"

#include <utility>

#include "command/plain_passwords.hpp"
#include "command/sender_terms.hpp"
#include "embedded/history.hpp"
#include "embedded/sqlite_broker.hpp"
#include "embedded/sqlite_dead_letters.hpp"
#include "embedded/sqlite_repository.hpp"
#include "embedded/sqlite_retention.hpp"
#include "mysql/history.hpp"
#include "mysql/mysql_dead_letters.hpp"
#include "mysql/mysql_repository.hpp"
#include "mysql/mysql_retention.hpp"
#include "notifier/log.hpp"
#include "rabbitmq/rabbitmq_broker.hpp"

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

std::expected<std::unique_ptr<NotificationRepository>, std::string> make_repository(const Settings& settings) {
  for (const std::string& warning : warnings_of_plain_passwords(settings.mysql)) log::warn(warning);
  if (!settings.mysql.host.empty()) return mysql::make_mysql_repository(settings.mysql);
  return embedded::make_sqlite_repository(settings.data_dir);
}

std::unique_ptr<DeadLetterRepository> make_dead_letters(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::make_mysql_dead_letters(settings.mysql);
  return embedded::make_sqlite_dead_letters(settings.data_dir);
}

std::unique_ptr<DeadLetterWork> make_dead_letter_work(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::make_mysql_dead_letter_work(settings.mysql);
  return embedded::make_sqlite_dead_letter_work(settings.data_dir);
}

std::unique_ptr<Retention> make_retention(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::make_mysql_retention(settings.mysql);
  return embedded::make_sqlite_retention(settings.data_dir);
}

std::unique_ptr<NotificationRepository> make_repository_to_read(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::make_mysql_repository(settings.mysql);
  return embedded::make_sqlite_repository_to_read(settings.data_dir);
}

std::unique_ptr<NotificationHistory> make_history(const Settings& settings) {
  if (!settings.mysql.host.empty()) return mysql::make_mysql_history(settings.mysql);
  return embedded::make_sqlite_history(settings.data_dir);
}

}  // namespace notifier
