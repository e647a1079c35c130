#include <algorithm>
#include <exception>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/measurement.hpp"
#include "bench/parts.hpp"

using namespace notifier::bench;

namespace {

constexpr int rounds_of_part = 3;

struct Part {
  std::string name;
  std::function<Measurements()> measure;
  bool by_default = true;
};

std::vector<Part> all_parts() {
  return {{"ingest", measure_ingest},
          {"drain", measure_drain},
          {"webhooks", measure_webhooks},
          {"mail", measure_mail},
          {"latency", measure_latency},
          {"embedded", measure_embedded},
          {"backlog", measure_backlog},
          {"clients", measure_clients, false},
          {"concurrency", measure_concurrency, false},
          {"in-flight", measure_sends_in_flight, false},
          {"growth", measure_growth, false}};
}

void print(const Measurements& figures) {
  std::cout << "| what | median | unit |\n|---|---|---|\n" << std::fixed;
  for (const Measurement& figure : figures) {
    std::cout << "| " << figure.name << " | " << std::setprecision(figure.value < 100 ? 1 : 0) << figure.value << " | "
              << figure.unit << " |\n";
  }
  std::cout << std::flush;
}

Measurements measure(const Part& part, int rounds) {
  std::vector<Measurements> results;
  for (int round = 0; round < rounds; ++round) results.push_back(part.measure());
  return medians(results);
}

}  // namespace

/// notifier_bench [PART [ROUNDS]]
int main(int argc, char** argv) try {
  const std::string wanted = argc > 1 ? argv[1] : "";
  const int rounds = argc > 2 ? std::stoi(argv[2]) : rounds_of_part;
  if (rounds < 1) throw std::runtime_error{"a figure needs one round at least"};
  Measurements figures;
  for (const Part& part : all_parts()) {
    if (wanted.empty() ? !part.by_default : part.name != wanted) continue;
    std::ranges::copy(measure(part, rounds), std::back_inserter(figures));
  }
  if (figures.empty()) throw std::runtime_error{"there is no part " + wanted};
  print(figures);
  return 0;
} catch (const std::exception& failure) {
  std::cerr << failure.what() << '\n';
  return 1;
}
