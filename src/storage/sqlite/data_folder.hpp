#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace notifier::embedded {

enum class DataUse : std::uint8_t { reading, writing };

/// What keeps this process's user from using a database in a data folder, or what belongs to it: rights, or something that
/// is no folder. The system's words, whose it is, and what to do, without a full stop. Nothing: it can be used, or made if
/// `use` is writing; for reading it need not be there. Changes nothing.
[[nodiscard]] std::optional<std::string> fault_of_data_folder(const std::filesystem::path& folder,
                                                              const std::string& database, DataUse use);

}  // namespace notifier::embedded
