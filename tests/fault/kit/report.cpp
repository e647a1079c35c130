#include "fault/kit/report.hpp"

#include <catch2/interfaces/catch_interfaces_capture.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace notifier::testing {
namespace {

void append_row(const char* file, const std::string& name, const Account& account, const std::string& recovery) {
  std::ofstream{file, std::ios::app} << "| " << name << " | " << account.accepted << " | " << account.sent << " | "
                                     << account.dead << " | " << account.resent << " | " << account.lost.size() << " | "
                                     << recovery << " |\n";
}

}  // namespace

void report(const Account& account, std::optional<std::chrono::milliseconds> recovery) {
  const std::string name = Catch::getResultCapture().getCurrentTestName();
  const std::string took = recovery ? std::to_string(recovery->count()) + " ms" : "";
  std::cout << name << "\n  " << account << (recovery ? ", ready again after " + took : "") << std::endl;
  if (const char* file = std::getenv("NOTIFIER_FAULT_REPORT")) append_row(file, name, account, took);
}

}  // namespace notifier::testing
