// ClickHouse (npm package chdb, in this process) with two schemas: ours, which keeps the document and is sorted by
// trace; and ClickStack's table of OpenTelemetry spans, which keeps attributes only.
//
//   node clickhouse_bench.js EXPORT EXPECTED.json DIRECTORY CHDB_PREFIX
//
// EXPORT and EXPECTED.json are w1_export's output. Every answer is checked.
const fs = require("fs");
const path = require("path");

const [exportFile, expectedFile, directory, prefix] = process.argv.slice(2);
const { Session } = require(path.join(prefix, "node_modules", "chdb"));
const expected = JSON.parse(fs.readFileSync(expectedFile, "utf8"));

// The columns that w1_export.cpp writes.
const exported = `trace_id FixedString(16), span_id UInt64, parent_id UInt64, start_us UInt64, dur_us UInt32,
  service String, name String, host String, origin String, seg UInt8, flags UInt8, status UInt16, user String,
  an_k Array(String), an_v Array(String), at_k Array(String), at_v Array(String), doc String`;

const schemas = {
  clickhouse: {
    table: `CREATE TABLE db.clickhouse (
      trace_id FixedString(16) CODEC(ZSTD(1)), span_id UInt64 CODEC(NONE), parent_id UInt64 CODEC(ZSTD(1)),
      ts DateTime CODEC(Delta, ZSTD(1)), start_us UInt64 CODEC(Delta, ZSTD(1)), dur_us UInt32 CODEC(ZSTD(1)),
      service LowCardinality(String), name LowCardinality(String), host LowCardinality(String),
      origin LowCardinality(String), seg UInt8, flags UInt8, status UInt16, user String CODEC(ZSTD(1)),
      an_k Array(LowCardinality(String)) CODEC(ZSTD(1)), an_v Array(String) CODEC(ZSTD(1)), doc String CODEC(ZSTD(1)))
      ENGINE = MergeTree PARTITION BY toDate(ts) ORDER BY (toStartOfFiveMinute(ts), trace_id, span_id)
      SETTINGS index_granularity = 2048`,
    load: `SELECT trace_id, span_id, parent_id, toDateTime(intDiv(start_us, 1000000)), start_us, dur_us, service, name,
      host, origin, seg, flags, status, user, an_k, an_v, doc FROM source`,
    // The first 32 bits of the id are its second.
    byId: (id) => {
      const second = parseInt(id.slice(0, 8), 16);
      return `SELECT count(), sum(length(doc)) FROM db.clickhouse WHERE trace_id = unhex('${id}')
        AND ts BETWEEN toDateTime(${second - 300}) AND toDateTime(${second + 300})`;
    },
    trace: "trace_id",
    tenant: "an_v[indexOf(an_k, 'tenant')]",
    failed: "status >= 500",
    duration: "dur_us",
  },
  clickstack: {
    table: `CREATE TABLE db.clickstack (
      Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)), TraceId String CODEC(ZSTD(1)), SpanId String CODEC(ZSTD(1)),
      ParentSpanId String CODEC(ZSTD(1)), SpanName LowCardinality(String) CODEC(ZSTD(1)),
      SpanKind LowCardinality(String) CODEC(ZSTD(1)), ServiceName LowCardinality(String) CODEC(ZSTD(1)),
      ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      Duration UInt64 CODEC(ZSTD(1)), StatusCode LowCardinality(String) CODEC(ZSTD(1)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_duration Duration TYPE minmax GRANULARITY 1)
      ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))`,
    load: `SELECT fromUnixTimestamp64Micro(toInt64(start_us)), lower(hex(trace_id)), lower(hex(span_id)),
      if(parent_id = 0, '', lower(hex(parent_id))), name, if(seg, 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT'), service,
      mapFromArrays(['container.id', 'cloud.platform'], [host, origin]),
      mapFromArrays(arrayConcat(an_k, at_k, ['enduser.id']), arrayConcat(an_v, at_v, [user])),
      toUInt64(dur_us) * 1000, if(flags >= 4, 'STATUS_CODE_ERROR', 'STATUS_CODE_UNSET') FROM source`,
    // It keeps no document: the spans with all that they have are read.
    byId: (id) => `SELECT count(), sum(length(toString(SpanAttributes)) + length(toString(ResourceAttributes)) +
      length(SpanId)) > 0 FROM db.clickstack WHERE TraceId = '${id}'`,
    trace: "TraceId",
    tenant: "SpanAttributes['tenant']",
    failed: "toUInt16OrZero(SpanAttributes['http.status_code']) >= 500",
    duration: "intDiv(Duration, 1000)",
  },
};

function fail(why) {
  console.error(why);
  process.exit(1);
}

function cell(column, row, value, cpu) {
  console.log(JSON.stringify({ column, row, value, cpu }));
}

function at(values, fraction) {
  return values.sort((a, b) => a - b)[Math.floor((values.length - 1) * fraction)];
}

/// Wall time and CPU time, as measure.h's print_cell.
function timeCell(column, row, calls, fraction = 0.5) {
  cell(column, row, at(calls.map((c) => c.ms), fraction), at(calls.map((c) => c.cpu), fraction));
}

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

fs.rmSync(directory, { recursive: true, force: true });
const session = new Session(directory);
const ask = (sql) => session.query(sql, "JSONCompactEachRow").trim().split("\n").map((line) => JSON.parse(line));
const timed = (sql) => {
  const cpu = cpuMicroseconds();
  const begun = process.hrtime.bigint();
  const rows = ask(sql);
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  return { rows, took: { ms, cpu: (cpuMicroseconds() - cpu) / 1e3 } };
};

function measureCount(column, row, sql, answer) {
  const took = [];
  for (let i = 0; i < 3; ++i) {
    const { rows, took: call } = timed(sql);
    if (Number(rows[0][0]) !== answer) fail(`${column}: ${row}: ${rows[0][0]} instead of ${answer}`);
    took.push(call);
  }
  timeCell(column, row, took);
}

function load(column, schema) {
  session.query(schema.table);
  const cpu = cpuMicroseconds();
  const begun = Date.now();
  const source = schema.load.replace("source", `file('${path.resolve(exportFile)}', RowBinary, '${exported}')`);
  session.query(`INSERT INTO db.${column} ${source} SETTINGS max_insert_block_size = 131072, max_threads = 2`);
  session.query(`OPTIMIZE TABLE db.${column} FINAL`);
  cell(column, "load_cpu_us", (cpuMicroseconds() - cpu) / expected.spans);
  cell(column, "load_wall_us", (Date.now() - begun) * 1000 / expected.spans);
  const [[bytes, rows]] = ask(`SELECT sum(bytes_on_disk), sum(rows) FROM system.parts
    WHERE database = 'db' AND table = '${column}' AND active`);
  if (Number(rows) !== expected.spans) fail(`${column}: ${rows} rows instead of ${expected.spans}`);
  cell(column, "bytes_per_span", Number(bytes) / expected.spans);
}

function measureAnswers(column, schema) {
  const took = expected.samples.map((sample) => {
    const { rows, took: call } = timed(schema.byId(sample.id));
    if (Number(rows[0][0]) !== sample.spans) fail(`${column}: trace ${sample.id}: ${rows[0][0]} spans`);
    if (column === "clickhouse" && Number(rows[0][1]) !== sample.bytes) fail(`${column}: trace ${sample.id}: its bytes`);
    return call;
  });
  timeCell(column, "id_warm_ms", took);
  timeCell(column, "id_warm_p95_ms", took, 0.95);

  const search = (tenant) =>
    `SELECT uniqExact(${schema.trace}) FROM db.${column} WHERE ${schema.tenant} = '${tenant}'`;
  measureCount(column, "search_common_ms", search("tenant-0000"), expected.common);
  measureCount(column, "search_rare_ms", search("tenant-0999"), expected.rare);
  measureCount(column, "filter_ms", `SELECT count() FROM (SELECT ${schema.trace} FROM db.${column}
    GROUP BY ${schema.trace} HAVING max(${schema.tenant} = 'tenant-0006') AND max(${schema.failed}))`, expected.filter);

  const group = timed(`SELECT ${schema.tenant} AS tenant, count(), sum(${schema.duration}) FROM db.${column}
    WHERE tenant != '' GROUP BY tenant`);
  if (group.rows.length !== Object.keys(expected.groups).length) fail(`${column}: ${group.rows.length} groups`);
  for (const [tenant, count, sum] of group.rows) {
    const [spans, duration] = expected.groups[tenant];
    if (Number(count) !== spans || Number(sum) !== duration) fail(`${column}: group ${tenant}: ${count}, ${sum}`);
  }
  timeCell(column, "group_ms", [group.took]);
}

session.query("CREATE DATABASE db");
console.error(`clickhouse ${ask("SELECT version()")[0][0]}`);
for (const [column, schema] of Object.entries(schemas)) {
  load(column, schema);
  measureAnswers(column, schema);
}
session.close();
