#include "cli/messages.h"

#include <array>

#include "base/assert.h"

namespace tomograph::cli {
namespace {

struct Texts {
    Message message;
    std::string_view english;
    std::string_view japanese;
};

// In the order of the enumeration; the test counts the places for arguments.
constexpr auto table = std::to_array<Texts>({
    {Message::help_tagline, "Tomograph: traces of your services, on your own machine.",
     "Tomograph: サービスのトレースを自分のマシンで。"},
    {Message::help_usage, "usage: tomo <verb> [options]", "使い方: tomo <コマンド> [オプション]"},
    {Message::help_look, "look", "見る"},
    {Message::help_run, "run", "動かす"},
    {Message::help_keep, "keep", "守る"},
    {Message::help_more, "tomo <verb> --help says more about a verb, with examples.",
     "詳しい説明と例は tomo <コマンド> --help で表示されます。"},
    {Message::verb_serve, "start the server", "サーバーを起動する"},
    {Message::verb_demo, "send the traffic of a sample shop, with faults to find",
     "サンプルショップのトラフィックを送る(見つけるべき障害つき)"},
    {Message::verb_send, "send one segment, as an SDK would",
     "SDK と同じようにセグメントを1つ送る"},
    {Message::verb_traces, "list traces, newest first", "トレースを新しい順に一覧する"},
    {Message::verb_trace, "show one trace as a waterfall",
     "1つのトレースをウォーターフォールで表示する"},
    {Message::verb_map, "show the service map with its figures",
     "サービスマップを数値つきで表示する"},
    {Message::verb_tail, "show traces as they come in", "届いたトレースを順に表示する"},
    {Message::verb_logs, "find log lines, or follow them", "ログを検索・追跡する"},
    {Message::verb_stats, "count traces by a value, or over time",
     "トレースを値ごと、時間ごとに集計する"},
    {Message::verb_services, "list the services with their figures",
     "サービスを数値つきで一覧表示する"},
    {Message::verb_insights, "list what was unusual: faults, latency, missing requests",
     "異常を一覧する: 障害、遅延、リクエストの減少"},
    {Message::verb_insights_list, "list insights, newest first", "インサイトを新しい順に一覧する"},
    {Message::verb_insights_show, "show one insight with its services and events",
     "1つのインサイトをサービスとイベントつきで表示する"},
    {Message::verb_groups, "list the groups of traces", "トレースのグループを一覧表示する"},
    {Message::verb_groups_reevaluate, "judge stored traces by the filter of a group",
     "保存済みトレースをグループのフィルターで判定し直す"},
    {Message::verb_groups_status, "how far stored traces are judged",
     "保存済みトレースの判定の進み具合を表示する"},
    {Message::verb_sampling, "see, change and try sampling rules",
     "サンプリングルールを見る・変える・試す"},
    {Message::verb_sampling_list, "list the rules with what each took in the last minute",
     "ルールと直近1分間の採取数を一覧する"},
    {Message::verb_sampling_set, "make a rule, or change one", "ルールを作る、または変更する"},
    {Message::verb_sampling_remove, "remove rules", "ルールを削除する"},
    {Message::verb_sampling_test, "which rule decides on a request, and why not the others",
     "リクエストに適用されるルールと、ほかが外れる理由を示す"},
    {Message::verb_sampling_simulate, "what rules would have done to the stored traces",
     "ルールを保存済みトレースに当てはめた結果を示す"},
    {Message::verb_sampling_import, "make the rules of a file", "ファイルのルールを取り込む"},
    {Message::verb_sampling_export, "write the rules as a file", "ルールをファイルとして書き出す"},
    {Message::verb_sampling_watch, "watch what each rule takes, live",
     "各ルールの採取数をライブ表示する"},
    {Message::verb_doctor, "say why something is missing or odd",
     "何かが欠けている・おかしい理由を示す"},
    {Message::verb_doctor_trace, "why a trace or a span is missing or odd",
     "トレースやスパンが欠けている・おかしい理由"},
    {Message::verb_doctor_map, "why a node or an edge of the service map is missing or odd",
     "サービスマップのノードやエッジが欠けている・おかしい理由"},
    {Message::verb_key, "make or change the key of an encrypted store",
     "暗号化ストアの鍵を作成・変更する"},
    {Message::verb_config, "print the configuration and where it comes from",
     "設定とその出どころを表示する"},
    {Message::verb_version, "print the version", "バージョンを表示する"},
    {Message::verb_backup, "write a backup while the server runs",
     "サーバーを動かしたままバックアップを書く"},
    {Message::verb_restore, "make a data directory from a backup",
     "バックアップからデータディレクトリを作る"},
    {Message::verb_verify, "check every checksum of a backup",
     "バックアップのチェックサムをすべて確かめる"},
    {Message::verb_fsck, "check and repair a data directory",
     "データディレクトリを検査して修復する"},
    {Message::verb_compact, "merge each day into one part", "1日分を1つのパートにまとめる"},
    {Message::error_word, "tomo: {}", "tomo: {}"},
    {Message::cannot_connect, "cannot connect to {} ({}).", "{} に接続できません({})。"},
    {Message::is_server_running, "Is the server running? try: tomo serve",
     "サーバーは起動していますか? 次を試してください: tomo serve"},
    {Message::cannot_send, "cannot send to {} ({}).", "{} に送信できません({})。"},
    {Message::see_help, "try: tomo {} --help", "次を試してください: tomo {} --help"},
    {Message::no_trace_id_in_text, "no trace id in \"{}\"", "\"{}\" にトレース ID がありません"},
    {Message::trace_not_found, "no trace {}", "トレース {} が見つかりません"},
    {Message::trace_not_found_hint,
     "It may not have arrived yet, or is past its retention. try: tomo traces",
     "まだ届いていないか、保存期間を過ぎています。次を試してください: tomo traces"},
    {Message::unknown_verb, "there is no verb \"{}\"; see: tomo --help",
     "\"{}\" というコマンドはありません。tomo --help を見てください"},
    {Message::column_age, "AGE", "経過"},
    {Message::column_trace, "TRACE", "トレース"},
    {Message::column_entry, "ENTRY", "入口"},
    {Message::column_request, "REQUEST", "リクエスト"},
    {Message::column_status, "STATUS", "状態"},
    {Message::column_duration, "DURATION", "時間"},
    {Message::column_services, "SERVICES", "サービス"},
    {Message::column_service, "service", "サービス"},
    {Message::column_operation, "operation", "操作"},
    {Message::column_start, "start", "開始"},
    {Message::column_self, "self", "自身"},
    {Message::column_total, "total", "合計"},
    {Message::column_requests, "requests", "件数"},
    {Message::column_rate, "/min", "毎分"},
    {Message::column_errors, "4xx", "4xx"},
    {Message::column_faults, "5xx", "5xx"},
    {Message::column_mean, "mean", "平均"},
    {Message::column_p95, "p95", "p95"},
    {Message::column_health, "health", "健全性"},
    {Message::column_type, "type", "種類"},
    {Message::column_time, "time", "時刻"},
    {Message::column_unit, "of", "対象"},
    {Message::column_count, "count", "件数"},
    {Message::column_share, "share", "割合"},
    {Message::column_p50, "p50", "p50"},
    {Message::column_p99, "p99", "p99"},
    {Message::column_state, "state", "状態"},
    {Message::column_kind, "kind", "種類"},
    {Message::column_root_cause, "root cause", "根本原因"},
    {Message::column_impact, "failed/requests", "失敗/リクエスト"},
    {Message::column_deviations, "deviations", "偏差"},
    {Message::column_priority, "priority", "優先度"},
    {Message::column_rule, "rule", "ルール"},
    {Message::column_matches, "matches", "条件"},
    {Message::column_reservoir, "reservoir", "リザーバ"},
    {Message::column_fixed_rate, "rate", "レート"},
    {Message::column_requests_second, "requests/s", "リクエスト/秒"},
    {Message::column_taken_second, "sampled/s", "採取/秒"},
    {Message::column_borrowed_second, "borrowed/s", "借用/秒"},
    {Message::column_taken, "share", "割合"},
    {Message::column_last_minutes, "last 5 min", "直近5分"},
    {Message::column_sampled, "sampled", "採取"},
    {Message::column_faults_lost, "5xx lost", "失う5xx"},
    {Message::column_errors_lost, "4xx lost", "失う4xx"},
    {Message::column_why, "why", "理由"},
    {Message::state_active, "active", "継続中"},
    {Message::state_closed, "closed", "終了"},
    {Message::no_traces, "no traces between {} and {}", "{} から {} までのトレースはありません"},
    {Message::no_traces_hint, "Send some: tomo demo   or look further back: tomo traces -t 24h",
     "送ってみる: tomo demo   もっと前を見る: tomo traces -t 24h"},
    {Message::no_graph, "no services seen between {} and {}",
     "{} から {} までのサービスはありません"},
    {Message::no_insights, "nothing unusual between {} and {}",
     "{} から {} までに異常はありません"},
    {Message::no_insights_hint,
     "Groups are watched when their insights are on: aws xray update-group --group-name Default"
     " --insights-configuration InsightsEnabled=true",
     "グループのインサイトを有効にすると監視されます: aws xray update-group --group-name Default"
     " --insights-configuration InsightsEnabled=true"},
    {Message::sampling_no_reports,
     "no program has reported in the last minute; X-Ray SDKs ask every 10 s once they have "
     "requests",
     "直近1分間に報告したプログラムはありません。X-Ray SDK "
     "はリクエストがあれば10秒ごとに問い合わせます"},
    {Message::sampling_no_rule, "there is no sampling rule {}",
     "サンプリングルール {} はありません"},
    {Message::sampling_see_list, "try: tomo sampling list",
     "次を試してください: tomo sampling list"},
    {Message::sampling_dry, "nothing was changed (--dry-run)", "何も変更していません (--dry-run)"},
    {Message::sampling_in_force,
     "programs of X-Ray SDKs read rules at their next report, others within five minutes",
     "X-Ray SDK のプログラムは次の報告で、ほかは5分以内にルールを読み直します"},
    {Message::sampling_local_targets,
     "fixed_target of a local file is of each program, a reservoir of all together: --programs N "
     "multiplies",
     "ローカルファイルの fixed_target はプログラムごと、リザーバは全体の値です。--programs N "
     "で掛け合わせます"},
    {Message::sampling_import_broke, "{} of {} were done", "{} / {} 件まで完了"},
    {Message::sampling_not_said, "not in the file: {}", "ファイルに含まれません: {}"},
    {Message::sampling_misfit, "{} {} does not fit {}", "{} {} は {} に一致しません"},
    {Message::sampling_absent, "{} is missing, must fit {}",
     "{} がありません ({} に一致する必要があります)"},
    {Message::sampling_later, "fits, but is asked later", "一致しますが、後の順番です"},
    {Message::sampling_takes, "{} a second of all programs together, then {}",
     "全プログラム合計で毎秒 {} 件、その後 {}"},
    {Message::sampling_passed_over,
     "X-Ray's SDKs pass over {}: it names attributes or an ARN, which they do not look at",
     "X-Ray SDK は {} を無視します: 属性や ARN は SDK が見ません"},
    {Message::sampling_unexpected, "{} decides, not {}",
     "適用されるのは {} です ({} ではありません)"},
    {Message::sampling_total, "total", "合計"},
    {Message::sampling_total_now, "total, rules as they are", "合計 (現在のルール)"},
    {Message::sampling_volume, "{} of {} spans, {} of {}", "スパン {} / {}、{} / {}"},
    {Message::sampling_cost, "at the price of a million traces: {} of {}",
     "100万トレースの料金で {} / {}"},
    {Message::sampling_starved,
     "nothing would be left of {} operations:", "何も残らない操作: {} 件"},
    {Message::sampling_watch_title, "sampling   {} - {}", "サンプリング   {} - {}"},
    {Message::more_traces, "{} more; show them with -n {}",
     "ほかに {} 件あります。-n {} で表示できます"},
    {Message::next_trace, "next: tomo trace {}", "次へ: tomo trace {}"},
    {Message::count_service, "{} service", "{} サービス"},
    {Message::count_services, "{} services", "{} サービス"},
    {Message::count_segment, "{} segment", "{} セグメント"},
    {Message::count_segments, "{} segments", "{} セグメント"},
    {Message::count_request, "{} request", "{} リクエスト"},
    {Message::count_requests, "{} requests", "{} リクエスト"},
    {Message::more_troubles, "and {} more exceptions: see --raw",
     "ほかに例外が {} 件: --raw を見てください"},
    {Message::critical_path, "critical path:", "クリティカルパス:"},
    {Message::other_work, "other", "その他"},
    {Message::legend_inferred, "inferred from its caller", "呼び出し元から推定"},
    {Message::legend_orphan, "orphan: its parent never arrived", "孤立: 親が届いていません"},
    {Message::legend_running, "still running", "実行中"},
    {Message::note_sequential, "N+1? one after another", "N+1? 順番に実行"},
    {Message::raw_hint, "raw documents: tomo trace {} --raw",
     "元のドキュメント: tomo trace {} --raw"},
    {Message::map_title, "service map", "サービスマップ"},
    {Message::map_clients, "clients", "クライアント"},
    {Message::map_watch_hint, "live: tomo map --watch   for a document: tomo map -o mermaid",
     "ライブ表示: tomo map --watch   文書に貼る: tomo map -o mermaid"},
    {Message::map_more_rows, "{} more rows: make the window taller",
     "ほかに {} 行: ウィンドウを高くしてください"},
    {Message::no_value, "(none)", "(なし)"},
    {Message::partial_answer, "partial: nothing older than {} was looked at in time",
     "部分的な結果: {} より前は時間内に調べられませんでした"},
    {Message::no_logs, "no lines; a wider -t may find some",
     "該当するログはありません。-t で範囲を広げられます"},
    {Message::logs_more, "there are older lines: -n shows more",
     "さらに古いログがあります。-n で件数を増やせます"},
    {Message::logs_wait, "waiting for lines; Ctrl-C ends", "ログを待っています。Ctrl-C で終了"},
    {Message::logs_missed, "some lines were missed: they came too fast",
     "速すぎて表示できなかったログがあります"},
    {Message::tail_waits, "waiting for traces; Ctrl-C ends",
     "トレースを待っています。Ctrl-C で終了"},
    {Message::tail_missed, "{} traces were missed: they came too fast",
     "{} 件のトレースは速すぎて表示できませんでした"},
    {Message::tail_ended, "the server ended the tail", "サーバーが表示を終了しました"},
    {Message::unreadable_documents, "{} document(s) of the trace could not be read",
     "読めないドキュメントが {} 件ありました"},
    {Message::doctor_open, "in progress", "実行中"},
    {Message::doctor_more_spans, "and {} more", "ほかに {} 件"},
    {Message::doctor_trace_healthy, "nothing is odd with {}: {} spans in {} documents",
     "{} におかしなところはありません: スパン {} 件、ドキュメント {} 件"},
    {Message::doctor_map_healthy, "nothing is odd with {}: its newest {} traces were read",
     "{} におかしなところはありません: 最新のトレース {} 件を調べました"},
    {Message::sent_segment, "sent to {}", "{} に送信しました"},
    {Message::sent_look, "see it: tomo trace {}", "表示: tomo trace {}"},
    {Message::demo_running, "{} traces, {} documents sent",
     "トレース {} 件、ドキュメント {} 件を送信"},
    {Message::demo_done, "done: {} traces, {} documents",
     "完了: トレース {} 件、ドキュメント {} 件"},
    {Message::demo_lost, "{} documents were not taken",
     "{} 件のドキュメントは受け取られませんでした"},
    {Message::demo_nobody_listens, "nobody listens on {} yet; still sending. try: tomo serve",
     "{} で受信しているものがまだありません。送信を続けます。次を試してください: tomo serve"},
    {Message::demo_look_for,
     "A shop of 12 services is now sending traces. What to look for:\n"
     "  tomo map                     the shop at a glance; payment -> api.bank.example is in "
     "trouble\n"
     "  tomo traces                  what just happened; ✗ marks faults, ~ throttled requests\n"
     "  tomo trace <id>              why: pick one of\n"
     "    ✗ POST /checkout           the bank times out after 2 s: BankTimeout in payment\n"
     "    ~ POST /cart               the DynamoDB table Carts is throttled, the SDK retries\n"
     "    ✓ GET /category            slow: one SQL query for each product (N+1)\n"
     "    ✓ GET /                    a cache miss costs 150 ms in recommendations\n"
     "    … GET /export/sales        seconds long: visible while it still runs\n"
     "  A checkout puts two messages into queues; shipping-worker and the Lambda receipts link "
     "back to it.",
     "12 サービスのショップがトレースを送っています。注目するところ:\n"
     "  tomo map                     全体像。payment -> api.bank.example に問題あり\n"
     "  tomo traces                  直近の出来事。✗ は障害、~ はスロットリング\n"
     "  tomo trace <id>              原因を見る。例えば\n"
     "    ✗ POST /checkout           銀行が 2 秒でタイムアウト: payment の BankTimeout\n"
     "    ~ POST /cart               DynamoDB のテーブル Carts がスロットリングされ、SDK が再試行\n"
     "    ✓ GET /category            遅い: 商品ごとに SQL が1回 (N+1)\n"
     "    ✓ GET /                    キャッシュミスで recommendations が 150 ms かかる\n"
     "    … GET /export/sales        数秒かかる: 実行中から見える\n"
     "  チェックアウトは 2 つのキューにメッセージを送り、shipping-worker と Lambda receipts "
     "がリンクで戻ります。"},
});

static_assert(table.size() == static_cast<std::size_t>(Message::count_of_all));

consteval bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].message != static_cast<Message>(i)) return false;
    return true;
}
static_assert(is_in_order());

}  // namespace

std::string say(Language language, Message message,
                std::initializer_list<std::string_view> arguments) {
    const Texts& texts = table[static_cast<std::size_t>(message)];
    std::string_view text = language == Language::japanese ? texts.japanese : texts.english;
    std::string out;
    const std::string_view* argument = arguments.begin();
    for (;;) {
        const std::size_t place = text.find("{}");
        out += text.substr(0, place);
        if (place == std::string_view::npos) return out;
        ASSERT(argument != arguments.end());
        out += *argument++;
        text.remove_prefix(place + 2);
    }
}

}  // namespace tomograph::cli
