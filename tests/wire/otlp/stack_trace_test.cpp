#include "wire/otlp/stack_trace.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace tomograph;

namespace {

/// "type: message" and below it "label path line" of each frame; exceptions in their order.
std::string told(std::string_view text) {
    std::string lines;
    for (const ThrownException& each : read_stack_trace(text)) {
        lines += fmt::format("{}: {}\n", each.type, each.message);
        for (const StackFrame& frame : each.frames)
            lines += fmt::format("  {} {} {}\n", frame.label, frame.path, frame.line);
        if (each.frames_left_out > 0) lines += fmt::format("  and {} more\n", each.frames_left_out);
    }
    return lines;
}

}  // namespace

TEST_CASE("stack traces of Java tell of causes, and pass over what was suppressed") {
    CHECK(told("story.CardError: card declined\nby: the bank\n"
               "\tat story.Story.charge(Story.java:34)\n"
               "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
               "\tat app//shop.Main.<init>(Unknown Source)\n"
               "\tSuppressed: java.io.IOException: closed\n"
               "\t\tat story.Story.close(Story.java:9)\n"
               "\t\t... 1 more\n"
               "Caused by: java.net.ConnectException: refused: 10.0.0.1\r\n"
               "\tat story.Bank.call(Native Method)\r\n"
               "\t... 2 more\n"
               "Caused by: java.lang.NullPointerException\n"
               "\tat story.Bank.host(Bank.java:1)\n") ==
          "story.CardError: card declined\n"
          "  story.Story.charge Story.java 34\n"
          "  java.lang.Thread.run Thread.java 840\n"
          "  shop.Main.<init> Unknown Source 0\n"
          "java.net.ConnectException: refused: 10.0.0.1\n"
          "  story.Bank.call Native Method 0\n"
          "java.lang.NullPointerException: \n"
          "  story.Bank.host Bank.java 1\n");
}

TEST_CASE("stack traces of JavaScript have columns, and frames without a name") {
    CHECK(told("CardError: card declined\n"
               "    at charge (file:///app/story.js:16:9)\n"
               "    at new Card (C:\\app\\card.js:3:1)\n"
               "    at async Object.<anonymous> [as pay] (/app/a (1).js:20:5)\n"
               "    at /app/main.js:7:3\n"
               "    at async file:///app/main.js:8:3\n"
               "    at process.processTicks (node:internal/process/task_queues:95:5)\n"
               "    at async Promise.all (index 0)\n"
               "    at <anonymous>\n") ==
          "CardError: card declined\n"
          "  charge file:///app/story.js 16\n"
          "  new Card C:\\app\\card.js 3\n"
          "  async Object.<anonymous> [as pay] /app/a (1).js 20\n"
          "   /app/main.js 7\n"
          "   file:///app/main.js 8\n"
          "  process.processTicks node:internal/process/task_queues 95\n"
          "  async Promise.all index 0 0\n"
          "  <anonymous>  0\n");
}

TEST_CASE("stack traces of Python are told from where they were thrown, causes last") {
    CHECK(told("Traceback (most recent call last):\n"
               "  File \"/app/bank.py\", line 3, in call\n"
               "    connect()\n"
               "    ~~~~~~~^^\n"
               "ConnectionError: refused\n"
               "\n"
               "The above exception was the direct cause of the following exception:\n"
               "\n"
               "Traceback (most recent call last):\n"
               "  File \"/app/main.py\", line 40, in main\n"
               "    charge()\n"
               "  File \"/app/card.py\", line 12, in charge\n"
               "    raise CardError(\"card declined\")\n"
               "__main__.CardError: card declined\n") ==
          "__main__.CardError: card declined\n"
          "  charge /app/card.py 12\n"
          "  main /app/main.py 40\n"
          "ConnectionError: refused\n"
          "  call /app/bank.py 3\n");
}

TEST_CASE("stack traces of Go and .NET") {
    CHECK(told("goroutine 1 [running]:\n"
               "go.opentelemetry.io/otel/sdk/trace.recordStackTrace()\n"
               "\t/mod/trace/span.go:504 +0x39\n"
               "main.(*card).charge(0xc000, {0x1, 0x2})\n"
               "\t/app/main.go:80\n"
               "created by main.main in goroutine 1\n"
               "\t/app/main.go:7 +0x1\n"
               "\n"
               "goroutine 2 [running]:\nmain.other()\n\t/app/main.go:1\n") ==
          ": \n"
          "  go.opentelemetry.io/otel/sdk/trace.recordStackTrace /mod/trace/span.go 504\n"
          "  main.(*card).charge /app/main.go 80\n"
          "  created by main.main in goroutine 1 /app/main.go 7\n");
    CHECK(told("Shop.CardException: card declined\n"
               "   at Shop.Card.Charge(Int32 amount) in /app/Card.cs:line 12\n"
               "   at Shop.Program.Main(String[] args)\n") ==
          "Shop.CardException: card declined\n"
          "  Shop.Card.Charge(Int32 amount) /app/Card.cs 12\n"
          "  Shop.Program.Main(String[] args)  0\n");
}

TEST_CASE("other texts have no frames, and long ones are bounded") {
    CHECK(told("") == ": \n");
    CHECK(told("it broke") == ": it broke\n");
    CHECK(told("panic: 1\nat the disco\n") == "panic: 1\n");
    CHECK(told("Traceback (most recent call last):") == ": \n");
    CHECK(told("goroutine ") == ": \n");
    std::string deep = "E: m\n";
    for (int i = 0; i < 60; ++i) deep += "\tat a.b(C.java:1)\n";
    const auto java = read_stack_trace(deep);
    CHECK((java[0].frames.size() == stack_frames_max && java[0].frames_left_out == 10));
    std::string python = "Traceback (most recent call last):\n";
    for (int i = 0; i < 60; ++i) python += fmt::format("  File \"p\", line {}, in f\n", i);
    const auto reversed = read_stack_trace(python + "E: m");
    CHECK((reversed[0].frames.size() == stack_frames_max && reversed[0].frames_left_out == 10));
    CHECK(reversed[0].frames[0].line == 59);
    std::string causes = "E: m\n";
    for (int i = 0; i < 60; ++i) causes += "Caused by: E: m\n";
    CHECK(read_stack_trace(causes).size() == stack_exceptions_max);
}
