#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/sqlite/store_file.hpp"

namespace notifier::embedded {

/// Up to `connections` connections to a database file, each with a `Store` of its own, opened when they are first needed. As
/// many operations run at a time; further ones wait. Any thread.
template <typename Store>
class StoreFiles {
 public:
  StoreFiles(const std::filesystem::path& file, OpenDatabase open, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) free_.push_back(std::make_unique<StoreFile<Store>>(file, open));
  }

  /// As `StoreFile::run`.
  template <typename Operation>
  auto run(Operation operation) {
    const Loan loan{*this};
    return loan.file->run(std::move(operation));
  }

 private:
  struct Loan {
    explicit Loan(StoreFiles& lender) : files{lender}, file{lender.take()} {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { files.take_back(std::move(file)); }

    StoreFiles& files;
    std::unique_ptr<StoreFile<Store>> file;
  };

  /// The one that was used last: no more are opened than are needed.
  std::unique_ptr<StoreFile<Store>> take() {
    std::unique_lock lock{mutex_};
    came_free_.wait(lock, [this] { return !free_.empty(); });
    auto file = std::move(free_.back());
    free_.pop_back();
    return file;
  }

  void take_back(std::unique_ptr<StoreFile<Store>> file) {
    {
      const std::lock_guard lock{mutex_};
      free_.push_back(std::move(file));
    }
    came_free_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable came_free_;
  std::vector<std::unique_ptr<StoreFile<Store>>> free_;  // guarded by mutex_
};

}  // namespace notifier::embedded
