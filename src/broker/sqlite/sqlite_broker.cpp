#include "broker/sqlite/sqlite_broker.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/backoff.hpp"
#include "broker/sqlite/dead_letter_pass.hpp"
#include "broker/sqlite/disk_room.hpp"
#include "broker/sqlite/folder_lock.hpp"
#include "broker/sqlite/publish_queue.hpp"
#include "broker/sqlite/queue_store.hpp"
#include "domain/delivery_room.hpp"
#include "notifier/log.hpp"
#include "queue_migrations.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/store_file.hpp"

namespace notifier::embedded {
namespace {

using SteadyClock = std::chrono::steady_clock;
using CountHandler = std::move_only_function<void(std::optional<std::uint64_t>)>;

constexpr std::chrono::milliseconds publish_deadline{5000};
constexpr int busy_timeout_ms =
    2000;  // below the deadline, so that a publish that found the database locked is known to have failed
constexpr std::chrono::milliseconds first_retry{100};
constexpr std::chrono::milliseconds longest_retry{1000};
constexpr std::chrono::hours longest_sleep{1};
constexpr int due_messages_per_transaction = 1000;
constexpr std::chrono::seconds giving_back_interval{1};
constexpr int free_pages_kept = 1024;
constexpr int pages_given_back_at_once = 1024;

/// What nobody has claimed yet.
bool is_new(const Message& message) {
  return message.attempt.value_or(0) == 0 && !message.generation && message.route.empty() && message.renewals == 0 &&
         message.begun_alone == 0;
}

/// The wall clock as it was when the broker was opened, carried on by the steady clock: a wall clock that is set while the
/// broker runs neither holds delayed messages back nor brings them early. What it did while none ran, `recover` repairs.
class QueueClock {
 public:
  [[nodiscard]] QueueTime now() const {
    return wall_start_ + std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - steady_start_);
  }

 private:
  QueueTime wall_start_ = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  SteadyClock::time_point steady_start_ = SteadyClock::now();
};

std::uint64_t next_connection() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

class SqliteBroker final : public Broker {
 public:
  SqliteBroker(std::filesystem::path file, FolderLock lock, std::unique_ptr<QueueStore> store, QueueClock clock,
               const BrokerTopology& topology)
      : file_{std::move(file)},
        delay_queues_{topology.delay_queues},
        clock_{clock},
        lock_{std::move(lock)},
        store_{std::move(store)},
        thread_{[this] { run(); }} {}

  ~SqliteBroker() override { SqliteBroker::close(); }

  void publish(Message message, Destination destination, PublishHandler handler) override {
    QueuedPublish publish{.message = std::move(message), .queue = queue_of(destination), .delay = {}};
    if (publish.queue == nullptr) return handler(std::unexpected{PublishError::refused});
    if (destination.queue == Destination::Queue::delay) publish.delay = destination.delay;
    publish.is_new = destination.queue == Destination::Queue::main && is_new(publish.message);
    publishes_.add(std::move(publish), std::move(handler));
    wake();
  }

  void consume(ConsumeLimits limits, DeliveryHandler handler) override {
    {
      const std::lock_guard lock{delivery_mutex_};
      delivery_handler_ = std::move(handler);
      begun_at_a_time_ = limits.begun_at_a_time;
      room_ = std::make_shared<DeliveryRoom>(limits.bytes, [this] { wake(); });
      prefetch_ = limits.prefetch;
    }
    wake();
  }

  [[nodiscard]] bool is_live(const DeliveryTag& tag) const override {
    return tag.connection == connection_ && state_ != BrokerState::closed;
  }

  void stop_consuming() override {
    prefetch_ = 0;
    // The handler may itself stop the deliveries: then it holds the mutex.
    if (std::this_thread::get_id() == thread_.get_id()) return;
    const std::lock_guard wait_for_handler{delivery_mutex_};
  }

  void ack(std::span<const DeliveryTag> tags) override {
    {
      const std::lock_guard lock{mutex_};
      for (const DeliveryTag& tag : tags) {
        if (tag.connection == connection_) acks_.push_back(static_cast<std::int64_t>(tag.number));
      }
    }
    wake();
  }

  void count_waiting(CountHandler handler) override {
    std::unique_lock lock{mutex_};
    if (closing_) {
      lock.unlock();
      return handler(std::nullopt);
    }
    counts_.push_back(std::move(handler));
    lock.unlock();
    wake();
  }

  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const RemovableSelector& select_removable,
                                                                  const std::stop_token& stop,
                                                                  std::chrono::milliseconds longest) override {
    if (state_ == BrokerState::closed) return std::unexpected{PublishError::unavailable};
    const auto end = SteadyClock::now() + longest;
    try {
      SQLite::Database database{file_.string(), SQLite::OPEN_READWRITE, busy_timeout_ms};
      set_up_for_writing(database);
      return embedded::remove_dead_letters(database, select_removable, stop, end);
    } catch (const SQLite::Exception& error) {
      log::warn("the dead letters cannot be gone through; trying again", {{"error", error.what()}});
      return std::unexpected{PublishError::unavailable};
    }
  }

  [[nodiscard]] BrokerState state() const override {
    const BrokerState state = state_;
    return state == BrokerState::ready && (publishes_.is_late() || short_of_room_) ? BrokerState::blocked : state;
  }

  void close() override {
    std::call_once(closed_, [this] {
      publishes_.close();
      {
        const std::lock_guard lock{mutex_};
        closing_ = true;
      }
      wake_.notify_one();
      thread_.join();
      // Deliveries may be kept for longer.
      if (room_) room_->close();
    });
  }

 private:
  [[nodiscard]] const std::string* queue_of(Destination destination) const {
    switch (destination.queue) {
      case Destination::Queue::main:
        return &main_queue_name_;
      case Destination::Queue::dead_letters:
        return &dead_letter_queue_name_;
      case Destination::Queue::delay:
        break;
    }
    const auto found = std::ranges::find(delay_queues_, destination.delay, &DelayQueue::delay);
    return found == delay_queues_.end() ? nullptr : &found->name;
  }

  void wake() {
    {
      const std::lock_guard lock{mutex_};
      work_waits_ = true;
    }
    wake_.notify_one();
  }

  // What follows runs on thread_.

  void run() {
    while (!wait_for_work()) work(false);
    work(true);
    state_ = BrokerState::closed;
    store_.reset();
    lock_.reset();
  }

  /// Until a command, a due message or, after a failure, the time to try again. True: the broker is closing.
  [[nodiscard]] bool wait_for_work() {
    std::unique_lock lock{mutex_};
    wake_.wait_until(lock, next_work_, [this] { return closing_ || (work_waits_ && !blocked()); });
    work_waits_ = false;
    return closing_;
  }

  /// One turn: everything that has gathered goes into one transaction, so that many publishes share one write to the disk.
  void work(bool last) {
    take_acks();
    const std::vector<QueuedPublish> publishes = publishes_.begin_writing(room_for_events());
    std::vector<StoredMessage> deliveries;
    std::optional<QueueTime> next_due;
    const std::expected<void, PublishError> written = in_transaction([&] {
      for (const QueuedPublish& publish : publishes) put(publish);
      for (const std::int64_t position : acks_to_write_) store_->remove(position);
      store_->move_due(clock_.now(), due_messages_per_transaction);
      if (last) {
        store_->forget_handed_out();
      } else {
        deliveries = take_deliveries();
      }
      next_due = store_->next_due();
    });
    if (written) {
      acks_to_write_.clear();
      schedule(next_due);
    }
    publishes_.finish_writing(written);
    if (written) hand_out(std::move(deliveries));
    answer_counts();
    if (written && !last) give_back_room();
  }

  /// In bytes, for events that are not accepted yet.
  [[nodiscard]] std::uint64_t room_for_events() {
    const std::uint64_t free = disk_room_.free();
    const std::uint64_t reserve = disk_room_.reserve_for(bytes_in_queues());
    judge_room(free, reserve + DiskRoom::for_next_event);
    return short_of_room_ ? 0 : (free - reserve) / DiskRoom::writes_of_an_event;
  }

  [[nodiscard]] std::uint64_t bytes_in_queues() {
    try {
      return store_->bytes();
    } catch (const SQLite::Exception&) {
      return 0;
    }
  }

  void judge_room(std::uint64_t free, std::uint64_t needed) {
    const bool was_short = short_of_room_;
    // A little more to end it than to begin it, so that it does not change all the time.
    short_of_room_ = free < (was_short ? needed + needed / 4 : needed);
    if (short_of_room_ == was_short) return;
    if (was_short) return log::info("there is room on the disk for events again");
    log::warn("the disk is nearly full: events are refused so that what was accepted can be sent and recorded; make room",
              {{"folder", file_.parent_path().string()}, {"free_bytes", free}, {"needed_bytes", needed}});
  }

  /// Once a second, some of what is not in use, but for what will be soon.
  void give_back_room() {
    const SteadyClock::time_point now = SteadyClock::now();
    if (now < next_giving_back_) {
      next_work_ = std::min(next_work_, next_giving_back_);
      return;
    }
    next_giving_back_ = now + giving_back_interval;
    try {
      if (free_pages(store_->database()) <= free_pages_kept) return;
      give_back_pages(store_->database(), pages_given_back_at_once);
      next_work_ = std::min(next_work_, next_giving_back_);
    } catch (const SQLite::Exception& error) {
      block(error);
    }
  }

  void take_acks() {
    std::vector<std::int64_t> acks;
    {
      const std::lock_guard lock{mutex_};
      acks.swap(acks_);
    }
    for (const std::int64_t position : acks) {
      if (unacknowledged_.erase(position) != 0) acks_to_write_.push_back(position);
    }
  }

  void put(const QueuedPublish& publish) {
    if (publish.delay) {
      store_->put_delayed(publish.message, *publish.queue, *publish.delay, clock_.now());
    } else {
      store_->put(publish.message, *publish.queue);
    }
  }

  /// The next messages, as many as the consumer has room for. Their hand-over is recorded before it happens, since it may be
  /// what ends the process. What will be charged for that is not handed out before it is begun.
  [[nodiscard]] std::vector<StoredMessage> take_deliveries() {
    std::size_t most = prefetch_;
    if (handed_out_ < store_->charged_until()) most = std::min<std::size_t>(most, begun_at_a_time_);
    if (most <= unacknowledged_.size() || room_->is_full()) return {};
    std::vector<StoredMessage> messages = store_->waiting_after(handed_out_, most - unacknowledged_.size(), room_->left());
    if (!messages.empty()) store_->set_handed_out(messages.back().position);
    return messages;
  }

  void hand_out(std::vector<StoredMessage> messages) {
    if (messages.empty()) return;
    const std::lock_guard lock{delivery_mutex_};
    // Stopped meanwhile: they go on waiting. If the process crashes now, they are charged a delivery that was none.
    if (prefetch_ == 0) return;
    handed_out_ = messages.back().position;
    std::vector<Delivery> deliveries;
    deliveries.reserve(messages.size());
    for (StoredMessage& stored : messages) {
      unacknowledged_.insert(stored.position);
      auto room = room_->take(memory_for(stored.message.body.size()));
      deliveries.push_back({.tag = {.connection = connection_, .number = static_cast<std::uint64_t>(stored.position)},
                            .message = std::move(stored.message),
                            .delivery_count = stored.deliveries,
                            .room = std::move(room)});
    }
    delivery_handler_(std::move(deliveries));
  }

  void answer_counts() {
    std::vector<CountHandler> handlers;
    {
      const std::lock_guard lock{mutex_};
      handlers.swap(counts_);
    }
    if (handlers.empty()) return;
    const std::optional<std::uint64_t> count = count_or_nothing();
    for (CountHandler& handler : handlers) handler(count);
  }

  [[nodiscard]] std::optional<std::uint64_t> count_or_nothing() {
    try {
      return store_->count_waiting_after(handed_out_);
    } catch (const SQLite::Exception&) {
      return std::nullopt;
    }
  }

  template <typename Statements>
  [[nodiscard]] std::expected<void, PublishError> in_transaction(Statements statements) {
    bool committing = false;
    try {
      SQLite::Transaction transaction = begin_writing(store_->database());
      statements();
      committing = true;
      transaction.commit();
      return {};
    } catch (const SQLite::Exception& error) {
      block(error);
      // A full disk refuses what the commit writes. After any other failure, of the sync above all, it may be there or not.
      const bool unknown = committing && error.getErrorCode() != SQLITE_FULL;
      return std::unexpected{unknown ? PublishError::unconfirmed : PublishError::unavailable};
    }
  }

  [[nodiscard]] bool blocked() const { return state_ == BrokerState::blocked; }

  void block(const SQLite::Exception& error) {
    if (!blocked()) log::warn("the queue cannot be written: publishes are refused until it can", {{"error", error.what()}});
    state_ = BrokerState::blocked;
    if (leaves_log_in_doubt(error)) log_ = LogState::in_doubt;
    publishes_.accept(false);
    next_work_ = SteadyClock::now() + retry_.next();
  }

  void schedule(std::optional<QueueTime> next_due) {
    if (blocked() && !unblock()) return;
    const std::chrono::microseconds longest = longest_sleep;
    const auto sleep = next_due ? std::clamp(*next_due - clock_.now(), std::chrono::microseconds{0}, longest) : longest;
    next_work_ = SteadyClock::now() + (short_of_room_ ? std::min<std::chrono::microseconds>(sleep, longest_retry) : sleep);
  }

  [[nodiscard]] bool unblock() {
    try {
      store_->check_room(log_);
      log_ = LogState::sound;
    } catch (const SQLite::Exception& error) {
      block(error);
      return false;
    }
    log::info("the queue can be written again");
    retry_.reset();
    publishes_.accept(true);
    state_ = BrokerState::ready;
    return true;
  }

  const std::filesystem::path file_;
  const std::string main_queue_name_{main_queue};
  const std::string dead_letter_queue_name_{dead_letter_queue};
  const std::vector<DelayQueue> delay_queues_;
  const std::uint64_t connection_ = next_connection();
  const QueueClock clock_;
  std::once_flag closed_;

  std::atomic<BrokerState> state_ = BrokerState::ready;
  std::atomic<unsigned> prefetch_ = 0;  ///< 0: no deliveries
  std::atomic<bool> short_of_room_ = false;
  unsigned begun_at_a_time_ = 0;  ///< set before prefetch_, like room_
  std::shared_ptr<DeliveryRoom> room_;
  PublishQueue publishes_{publish_deadline};

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_. Acknowledgements are bounded by the prefetch.
  std::vector<std::int64_t> acks_;
  std::vector<CountHandler> counts_;
  bool work_waits_ = false;
  bool closing_ = false;

  std::mutex delivery_mutex_;         ///< held while the handler runs
  DeliveryHandler delivery_handler_;  ///< guarded by delivery_mutex_

  // Of thread_ alone.
  std::optional<FolderLock> lock_;
  std::unique_ptr<QueueStore> store_;
  std::int64_t handed_out_ = 0;  ///< position in the main queue
  std::unordered_set<std::int64_t> unacknowledged_;
  std::vector<std::int64_t> acks_to_write_;
  DiskRoom disk_room_{file_.parent_path()};
  LogState log_ = LogState::sound;
  SteadyClock::time_point next_giving_back_;
  Backoff retry_{first_retry, longest_retry};
  SteadyClock::time_point next_work_;

  std::thread thread_;  ///< last, so that it starts when all else is there
};

std::string sentence(const std::filesystem::path& file, const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return file.string() + " is damaged or no queue of notifier (" + error.what() +
             "): move it away, or put a copy of it back that is whole";
    case SQLITE_FULL:
      return "no room on the disk for " + file.string() + ": make some, or set DATA_DIR to a folder on another disk";
    case SQLITE_BUSY:
      return file.string() + " is locked by another program, a database shell perhaps: end that one";
    default:
      return "cannot open " + file.string() + " (" + error.what() +
             "): give this user the right to write there, or set DATA_DIR to another folder";
  }
}

}  // namespace

std::expected<std::unique_ptr<Broker>, std::string> make_embedded_broker(const std::filesystem::path& data_dir,
                                                                         const BrokerTopology& topology) {
  std::expected<FolderLock, std::string> lock = FolderLock::take(data_dir);
  if (!lock) return std::unexpected{std::move(lock).error()};
  const std::filesystem::path file = data_dir / queue_file;
  try {
    SQLite::Database database = open_database(file);
    track_pages(database);
    if (auto migrated = run_migrations(database, queue_migrations); !migrated) return std::unexpected{migrated.error()};
    database.setBusyTimeout(busy_timeout_ms);
    const QueueClock clock;
    auto store = std::make_unique<QueueStore>(std::move(database));
    const int dead = store->recover(clock.now(), main_queue_delivery_limit);
    if (dead > 0) log::warn("messages beyond the delivery limit were moved to the dead letters", {{"messages", dead}});
    return std::make_unique<SqliteBroker>(file, std::move(*lock), std::move(store), clock, topology);
  } catch (const SQLite::Exception& error) {
    return std::unexpected{sentence(file, error)};
  } catch (const std::filesystem::filesystem_error& error) {
    return std::unexpected{error.path1().string() + " cannot be used: " + error.what()};
  }
}

}  // namespace notifier::embedded
