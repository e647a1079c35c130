#include "embedded/sqlite_retention.hpp"

#include "embedded/retention_store.hpp"
#include "embedded/store_file.hpp"
#include "embedded/work_lease.hpp"

namespace notifier::embedded {
namespace {

class SqliteRetention final : public Retention {
 public:
  explicit SqliteRetention(std::filesystem::path file) : file_{std::move(file)} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return file_.run_on_database(
        [&](SQLite::Database& database) { return hold_work(database, "retention", holder, duration); });
  }

  std::expected<PurgedBatch, RepositoryError> purge(const PurgeRequest& request) override {
    return file_.run([&](RetentionStore& store) { return store.purge(request); });
  }

 private:
  StoreFile<RetentionStore> file_;
};

}  // namespace

std::unique_ptr<Retention> make_sqlite_retention(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteRetention>(data_dir / notifications_file);
}

}  // namespace notifier::embedded
