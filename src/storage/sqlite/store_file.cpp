#include "storage/sqlite/store_file.hpp"

#include <sqlite3.h>

#include <system_error>

#include "storage/sqlite/data_folder.hpp"

namespace notifier::embedded {
namespace {

RepositoryError refused(const std::string& what, const std::filesystem::path& file) {
  const auto fault = fault_of_data_folder(file.parent_path(), file.filename(), DataUse::writing);
  return {RepositoryError::Kind::refused,
          "the database " + file.string() + " cannot be used: " + what +
              (fault ? "; " + *fault : "; check DATA_DIR, and that the file is a database of notifier")};
}

RepositoryError not_permitted(const std::string& what, const std::filesystem::path& file) {
  RepositoryError refusal = refused(what, file);
  refusal.missing_right = "notifier's user lacks the right to write the database file " + file.filename().string();
  return refusal;
}

}  // namespace

RepositoryError to_repository_error(const SQLite::Exception& error, const std::filesystem::path& file) {
  switch (error.getErrorCode()) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return {RepositoryError::Kind::invalid_data, std::string{"the database does not take a value: "} + error.what()};
    case SQLITE_ERROR:
      return {RepositoryError::Kind::refused, "the database " + file.string() + " lacks notifier's tables or columns (" +
                                                  error.what() +
                                                  "): run 'notifier migrate', or set DATA_DIR if another one is meant"};
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return {RepositoryError::Kind::unavailable, "the database " + file.string() + " fails: " + error.what()};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return not_permitted(error.what(), file);
    default:
      return refused(error.what(), file);
  }
}

RepositoryError to_repository_error(const std::filesystem::filesystem_error& error, const std::filesystem::path& file) {
  if (error.code() == std::errc::permission_denied) return not_permitted(error.what(), file);
  return refused(error.what(), file);
}

bool breaks_connection(const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return false;
    default:
      return true;
  }
}

bool leaves_log_in_doubt(const SQLite::Exception& error) { return error.getErrorCode() == SQLITE_IOERR; }

}  // namespace notifier::embedded
