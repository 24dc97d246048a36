// Every read operation, groups and tags, through @aws-sdk/client-xray: node reads.js ENDPOINT
// The SDK refuses answers of a wrong form itself; what they must say is asserted here.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as sdk from "@aws-sdk/client-xray";

const client = new sdk.XRayClient({
  endpoint: process.argv[2],
  region: "eu-west-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  maxAttempts: 1,
});
const call = (name, input) => client.send(new sdk[`${name}Command`](input));

const now = Date.now() / 1000 - 5;
const hex = (bytes) => randomBytes(bytes).toString("hex");
const newTrace = () => `1-${Math.floor(now).toString(16).padStart(8, "0")}-${hex(12)}`;
const window = { StartTime: new Date((now - 60) * 1000), EndTime: new Date((now + 60) * 1000) };
const segment = (trace, name, more = {}) => ({
  name, id: hex(8), trace_id: trace, start_time: now, end_time: now + 0.25, ...more,
});

async function pages(paginate, input) {
  const all = [];
  for await (const page of paginate({ client }, input)) all.push(page);
  return all;
}

async function refused(name, input, type, status) {
  const error = await call(name, input).then(() => assert.fail(`${name} was answered`), (thrown) => thrown);
  assert(error instanceof sdk[type], `${name}: ${error.name}: ${error.message}`);
  assert.equal(error.$metadata.httpStatusCode, status);
  assert(error.message.length > 0);
  return error;
}

const traces = Array.from({ length: 12 }, newTrace);
const tests = {
  async "segments are taken and told by id, page by page"() {
    const documents = traces.map((trace, n) => JSON.stringify(segment(trace, "shop", {
      fault: n % 4 === 0,
      annotations: { tier: "gold", n, big: true },
      http: { request: { method: "GET", url: "http://shop/" }, response: { status: n % 4 === 0 ? 500 : 200 } },
      subsegments: [{ id: hex(8), name: "DynamoDB", namespace: "aws", start_time: now, end_time: now + 0.1,
                      aws: { operation: "GetItem", table_name: "orders" } }],
    })));
    const put = await call("PutTraceSegments", { TraceSegmentDocuments: documents });
    assert.deepEqual(put.UnprocessedTraceSegments, []);
    const told = await pages(sdk.paginateBatchGetTraces, { TraceIds: traces });
    assert.deepEqual(told.map((page) => page.Traces.length), [5, 5, 2]);
    assert.deepEqual(told.flatMap((page) => page.Traces.map((trace) => trace.Id)), traces);
    const [first] = told[0].Traces;
    assert.equal(first.LimitExceeded, false);
    assert.deepEqual(first.Segments.map((each) => JSON.parse(each.Document).name).sort(), ["DynamoDB", "shop"]);
  },

  async "summaries with filters, by paginator"() {
    const all = await pages(sdk.paginateGetTraceSummaries, window);
    const summaries = all.flatMap((page) => page.TraceSummaries);
    assert.deepEqual(summaries.map((each) => each.Id).sort(), [...traces].sort());
    assert(all[0].ApproximateTime instanceof Date && all[0].TracesProcessedCount >= 12);
    const faulty = summaries.find((each) => each.HasFault);
    assert.equal(faulty.Http.HttpStatus, 500);
    assert.equal(faulty.FaultRootCauses.length, 1);
    assert.equal(faulty.Annotations.tier[0].AnnotationValue.StringValue, "gold");
    assert.equal(faulty.Annotations.big[0].AnnotationValue.BooleanValue, true);
    assert.equal(faulty.EntryPoint.Name, "shop");
    for (const [FilterExpression, count] of [["fault", 3], ["annotation.n >= 6", 6], ['service("shop") { ok }', 9]]) {
      const found = await pages(sdk.paginateGetTraceSummaries, { ...window, FilterExpression });
      assert.equal(found.flatMap((page) => page.TraceSummaries).length, count, FilterExpression);
    }
    const wrong = await refused("GetTraceSummaries", { ...window, FilterExpression: "duration >" },
                                "InvalidRequestException", 400);
    assert.match(wrong.message, /position 11/);
  },

  async "graphs and time series"() {
    const byTime = (await pages(sdk.paginateGetServiceGraph, window)).flatMap((page) => page.Services);
    const byId = (await pages(sdk.paginateGetTraceGraph, { TraceIds: traces })).flatMap((page) => page.Services);
    for (const services of [byTime, byId]) {
      const shop = services.find((each) => each.Name === "shop" && each.Type !== "client");
      assert.deepEqual([shop.SummaryStatistics.TotalCount, shop.SummaryStatistics.FaultStatistics.TotalCount], [12, 3]);
      assert.equal(shop.State, "active");
      assert(shop.StartTime instanceof Date);
      const [edge] = shop.Edges;
      assert.equal(services.find((each) => each.ReferenceId === edge.ReferenceId).Name, "orders");
      assert.equal(edge.ResponseTimeHistogram.reduce((sum, each) => sum + each.Count, 0), 12);
    }
    for (const [EntitySelectorExpression, member] of [
      [undefined, "EdgeSummaryStatistics"], ['service("shop")', "ServiceSummaryStatistics"],
      ['edge("shop", id(name: "orders", type: "AWS::DynamoDB::Table"))', "EdgeSummaryStatistics"]]) {
      const points = (await pages(sdk.paginateGetTimeSeriesServiceStatistics,
                                  { ...window, Period: 60, EntitySelectorExpression }))
        .flatMap((page) => page.TimeSeriesServiceStatistics);
      assert.equal(points.reduce((sum, each) => sum + each[member].TotalCount, 0), 12, EntitySelectorExpression);
    }
  },

  async "retrievals, in both formats"() {
    const { RetrievalToken } = await call("StartTraceRetrieval", { TraceIds: traces, ...window });
    for (const TraceFormat of ["XRAY", "OTEL"]) {
      const told = [];
      let NextToken;
      do {
        const page = await call("ListRetrievedTraces", { RetrievalToken, TraceFormat, NextToken });
        assert.deepEqual([page.RetrievalStatus, page.TraceFormat], ["COMPLETE", TraceFormat]);
        told.push(...page.Traces);
        NextToken = page.NextToken;
      } while (NextToken);
      assert.deepEqual(told.map((trace) => trace.Id), traces);
      const [document] = told[0].Spans.map((span) => JSON.parse(span.Document));
      if (TraceFormat === "OTEL") assert.equal(document.traceId, traces[0].slice(2).replace("-", ""));
    }
    const graph = await call("GetRetrievedTracesGraph", { RetrievalToken });
    assert.deepEqual(graph.Services.map((each) => each.Service.Name).sort(), ["orders", "shop", "shop"]);
    await call("CancelTraceRetrieval", { RetrievalToken });
    assert.equal((await call("ListRetrievedTraces", { RetrievalToken })).RetrievalStatus, "CANCELLED");
    const unknown = await refused("ListRetrievedTraces", { RetrievalToken: "none" }, "ResourceNotFoundException", 404);
    assert.equal(unknown.ResourceName, "none");
  },

  async "groups and tags"() {
    const FilterExpression = "fault";
    const { Group } = await call("CreateGroup", { GroupName: "faults", FilterExpression,
                                                  Tags: [{ Key: "team", Value: "a" }] });
    assert.equal(Group.FilterExpression, FilterExpression);
    const ResourceARN = Group.GroupARN;
    await call("TagResource", { ResourceARN, Tags: [{ Key: "tier", Value: "x" }] });
    await call("UntagResource", { ResourceARN, TagKeys: ["team"] });
    const tags = await pages(sdk.paginateListTagsForResource, { ResourceARN });
    assert.deepEqual(tags.flatMap((page) => page.Tags), [{ Key: "tier", Value: "x" }]);
    const groups = (await pages(sdk.paginateGetGroups, {})).flatMap((page) => page.Groups);
    assert.deepEqual(groups.map((each) => each.GroupName), ["Default", "faults"]);
    const updated = await call("UpdateGroup", { GroupName: "faults", InsightsConfiguration: { InsightsEnabled: true } });
    assert.equal(updated.Group.InsightsConfiguration.InsightsEnabled, true);
    assert.equal((await call("GetGroup", { GroupARN: ResourceARN })).Group.GroupName, "faults");

    const later = newTrace();
    await call("PutTraceSegments", { TraceSegmentDocuments: [JSON.stringify(segment(later, "shop", { fault: true }))] });
    const graph = await call("GetServiceGraph", { ...window, GroupName: "faults" });
    const shop = graph.Services.find((each) => each.Type !== "client");
    assert.equal(shop.SummaryStatistics.TotalCount, 1);
    assert.equal(typeof graph.ContainsOldGroupVersions, "boolean");

    await call("DeleteGroup", { GroupName: "faults" });
    const gone = await refused("GetGroup", { GroupName: "faults" }, "InvalidRequestException", 400);
    assert.equal(gone.message, "Group not found");
    const untold = await refused("ListTagsForResource", { ResourceARN }, "ResourceNotFoundException", 404);
    assert.equal(untold.ResourceName, ResourceARN);
  },
};

for (const [name, run] of Object.entries(tests)) {
  await run();
  console.log(`ok ${name}`);
}
