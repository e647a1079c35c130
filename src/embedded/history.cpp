#include "embedded/history.hpp"

#include <utility>

#include "embedded/history_store.hpp"
#include "embedded/store_file.hpp"

namespace notifier::embedded {
namespace {

class SqliteHistory final : public NotificationHistory {
 public:
  explicit SqliteHistory(std::filesystem::path file) : file_{std::move(file), open_database_to_read} {}

  std::expected<NotificationPage, RepositoryError> list(const NotificationFilter& filter,
                                                        std::optional<NotificationCursor> after,
                                                        std::size_t limit) override {
    return file_.run([&](HistoryStore& store) { return store.list(filter, after, limit); });
  }

  std::expected<NotificationCounts, RepositoryError> count(std::chrono::system_clock::time_point since,
                                                           std::chrono::system_clock::time_point until) override {
    return count_in_slices(since, until, [this](CountWindow window) {
      return file_.run([&](HistoryStore& store) { return store.count(window); });
    });
  }

 private:
  StoreFile<HistoryStore> file_;
};

}  // namespace

std::unique_ptr<NotificationHistory> make_sqlite_history(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteHistory>(data_dir / notifications_file);
}

}  // namespace notifier::embedded
