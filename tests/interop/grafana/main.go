// The calls of Grafana's X-Ray data source, replayed: go run . ENDPOINT TRACE COUNTS, or ENDPOINT insights
//
// COUNTS is JSON: {"traces": all, "filters": {expression: traces}, "selectors": {expression: requests in a time series}}
//
// Not the plugin itself: the same SDK of Go that it uses, its requests with the same members, and for each answer the
// members that its code takes without a check. What is missing here would be a panic or an empty panel there.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

var ctx = context.Background()

func must(holds bool, what string, about ...any) {
	if !holds {
		fmt.Println("not so:", what, about)
		os.Exit(1)
	}
}

func got[T any](answer T, err error) T {
	must(err == nil, "the call is answered", err)
	return answer
}

type counts struct {
	Traces    int
	Filters   map[string]int
	Selectors map[string]int64
}

func main() {
	client := xray.New(xray.Options{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials:  credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	if os.Args[2] == "insights" {
		checkInsights(client)
		return
	}
	var wanted counts
	must(json.Unmarshal([]byte(os.Args[3]), &wanted) == nil, "counts are JSON")
	from, to := time.Now().Add(-10*time.Minute), time.Now().Add(time.Minute)
	checkHealthAndGroups(client)
	checkTrace(client, os.Args[2])
	checkSummaries(client, wanted, from, to)
	checkAnalytics(client, wanted, from, to)
	checkServiceMap(client, from, to)
	checkTimeSeries(client, wanted, from, to)
	fmt.Println("all calls got what the plugin reads")
}

// A call for each group, without paging; an outage that is over and one that goes on are there.
func checkInsights(client *xray.Client) {
	from, to := time.Now().Add(-6*time.Hour), time.Now()
	count := map[types.InsightState]int{}
	for _, states := range [][]types.InsightState{nil, {types.InsightStateActive}, {types.InsightStateClosed}} {
		found := got(client.GetInsightSummaries(ctx, &xray.GetInsightSummariesInput{
			StartTime: &from, EndTime: &to, States: states, GroupName: aws.String("Default")})).InsightSummaries
		for _, insight := range found {
			must(len(states) == 0 || states[0] == insight.State, "a state selects", insight.State)
			must(insight.InsightId != nil && insight.StartTime != nil, "an insight has an id and a start")
			must(insight.RootCauseServiceId != nil && insight.RootCauseServiceId.Name != nil, "it has a root cause")
			must(len(insight.Categories) > 0, "it has a category")
			must(len(insight.TopAnomalousServices) > 0 && insight.TopAnomalousServices[0].ServiceId != nil &&
				insight.TopAnomalousServices[0].ServiceId.Name != nil, "it names an anomalous service")
			if insight.EndTime != nil { // shown is what stands between the first full stop and the second
				must(strings.Contains(*insight.Summary, "."), "the summary of what is over has a full stop")
			}
			count[insight.State]++
		}
	}
	must(count[types.InsightStateActive] == 2 && count[types.InsightStateClosed] == 2, "both are found twice", count)
	fmt.Println("all calls got what the plugin reads")
}

func checkHealthAndGroups(client *xray.Client) {
	names := map[string]bool{}
	for pages := xray.NewGetGroupsPaginator(client, &xray.GetGroupsInput{}); pages.HasMorePages(); {
		for _, group := range got(pages.NextPage(ctx)).Groups {
			names[*group.GroupName] = true
			must(group.GroupARN != nil, "a group has an ARN")
		}
	}
	must(names["Default"] && names["faults"], "all groups are listed", names)
}

func checkTrace(client *xray.Client, id string) {
	traces := got(client.BatchGetTraces(ctx, &xray.BatchGetTracesInput{TraceIds: []string{id}})).Traces
	must(len(traces) == 1 && *traces[0].Id == id, "the trace is found")
	must(traces[0].Duration != nil && len(traces[0].Segments) > 0, "it has a duration and segments")
	for _, segment := range traces[0].Segments {
		var document struct {
			Id, Name  string
			StartTime float64 `json:"start_time"`
		}
		must(json.Unmarshal([]byte(*segment.Document), &document) == nil, "a document is JSON")
		must(document.Id != "" && document.Name != "" && document.StartTime > 0, "with id, name and start_time")
	}
	var services []types.Service
	for pages := xray.NewGetTraceGraphPaginator(client, &xray.GetTraceGraphInput{TraceIds: []string{id}}); pages.HasMorePages(); {
		services = append(services, got(pages.NextPage(ctx)).Services...)
	}
	checkServices(services)
}

func checkSummaries(client *xray.Client, wanted counts, from, to time.Time) {
	for filter, count := range wanted.Filters {
		request := &xray.GetTraceSummariesInput{StartTime: &from, EndTime: &to}
		if filter != "" {
			request.FilterExpression = &filter
		}
		rows := 0
		for pages := xray.NewGetTraceSummariesPaginator(client, request); pages.HasMorePages(); {
			for _, summary := range got(pages.NextPage(ctx)).TraceSummaries {
				must(summary.Http != nil, "Http is an object", *summary.Id)
				must(summary.StartTime != nil && summary.Duration != nil, "a summary has times")
				rows++
			}
		}
		must(rows == count, "a filter finds its traces", filter, rows)
	}
}

// Four quarters of the range at once, by event time and sampled, as for its analytics tables.
func checkAnalytics(client *xray.Client, wanted counts, from, to time.Time) {
	count := int64(0)
	for pages := xray.NewGetTimeSeriesServiceStatisticsPaginator(client, &xray.GetTimeSeriesServiceStatisticsInput{
		StartTime: &from, EndTime: &to, GroupName: aws.String("Default"), Period: aws.Int32(60)}); pages.HasMorePages(); {
		for _, point := range got(pages.NextPage(ctx)).TimeSeriesServiceStatistics {
			must(point.EdgeSummaryStatistics != nil, "without a selector the points are of edges")
			count += *point.EdgeSummaryStatistics.TotalCount
		}
	}
	must(count == int64(wanted.Traces), "the series counts the traces", count)

	quarter := to.Sub(from) / 4
	found := make([]map[string]types.TraceSummary, 4)
	var all sync.WaitGroup
	for i := range found {
		all.Add(1)
		go func() {
			defer all.Done()
			found[i] = map[string]types.TraceSummary{}
			request := &xray.GetTraceSummariesInput{
				StartTime: aws.Time(from.Add(quarter * time.Duration(i))), EndTime: aws.Time(from.Add(quarter * time.Duration(i+1))),
				TimeRangeType: types.TimeRangeTypeEvent, Sampling: aws.Bool(true),
				SamplingStrategy: &types.SamplingStrategy{Name: "FixedRate", Value: aws.Float64(1)}}
			for pages := xray.NewGetTraceSummariesPaginator(client, request); pages.HasMorePages(); {
				for _, summary := range got(pages.NextPage(ctx)).TraceSummaries {
					found[i][*summary.Id] = summary
				}
			}
		}()
	}
	all.Wait()
	traces, faults := map[string]bool{}, 0
	for _, part := range found {
		for id, summary := range part {
			if traces[id] {
				continue
			}
			traces[id] = true
			faults += len(summary.FaultRootCauses)
			checkCauses(summary)
		}
	}
	must(len(traces) == wanted.Traces && faults > 0, "the quarters hold every trace", len(traces), faults)
}

func checkCauses(summary types.TraceSummary) {
	for _, cause := range summary.ResponseTimeRootCauses {
		must(len(cause.Services) > 0, "a cause has services")
		for _, service := range cause.Services {
			must(service.Name != nil && service.Type != nil && len(service.EntityPath) > 0, "which are named", *summary.Id)
			for _, entity := range service.EntityPath {
				must(entity.Name != nil, "as is the way through them")
			}
		}
	}
	for _, cause := range summary.FaultRootCauses {
		must(len(cause.Services) > 0, "a fault has services")
		for _, service := range cause.Services {
			must(service.Name != nil && service.Type != nil, "which are named", *summary.Id)
		}
	}
	for _, cause := range summary.ErrorRootCauses {
		must(len(cause.Services) > 0, "an error has services")
		for _, service := range cause.Services {
			must(service.Name != nil && service.Type != nil, "which are named", *summary.Id)
			for _, entity := range service.EntityPath {
				for _, exception := range entity.Exceptions {
					must(exception.Name != nil, "exceptions of an error have names")
				}
			}
		}
	}
}

func checkServiceMap(client *xray.Client, from, to time.Time) {
	sizes := map[string]int{}
	for _, group := range []string{"Default", "faults"} {
		var services []types.Service
		for pages := xray.NewGetServiceGraphPaginator(client, &xray.GetServiceGraphInput{
			StartTime: &from, EndTime: &to, GroupName: aws.String(group)}); pages.HasMorePages(); {
			services = append(services, got(pages.NextPage(ctx)).Services...)
		}
		checkServices(services)
		sizes[group] = len(services)
	}
	must(sizes["Default"] > sizes["faults"] && sizes["faults"] > 0, "a group has a map of its own", sizes)
}

func checkServices(services []types.Service) {
	known := map[int32]bool{}
	for _, service := range services {
		known[*service.ReferenceId] = true
	}
	for _, service := range services {
		must(service.Name != nil && service.Edges != nil, "a service has a name, and a list of edges")
		if service.SummaryStatistics != nil {
			checkCounts(service.SummaryStatistics.TotalCount, service.SummaryStatistics.TotalResponseTime,
				service.SummaryStatistics.ErrorStatistics, service.SummaryStatistics.FaultStatistics)
			must(service.ResponseTimeHistogram != nil, "and a histogram")
		} else {
			must(len(service.Edges) > 0, "one without counts has an edge", *service.Name)
		}
		for _, edge := range service.Edges {
			must(known[*edge.ReferenceId], "an edge leads to a service of the answer")
			must(edge.StartTime != nil && edge.EndTime != nil && edge.ResponseTimeHistogram != nil && edge.SummaryStatistics != nil,
				"an edge has times, a histogram and counts")
		}
	}
	must(len(services) > 0, "there are services")
}

func checkCounts(total *int64, responseTime *float64, errors *types.ErrorStatistics, faults *types.FaultStatistics) {
	must(total != nil && responseTime != nil && errors != nil && faults != nil, "counts are whole")
	must(errors.TotalCount != nil && errors.ThrottleCount != nil && faults.TotalCount != nil, "zeros are written")
}

func checkTimeSeries(client *xray.Client, wanted counts, from, to time.Time) {
	for selector, requests := range wanted.Selectors {
		for _, period := range []int32{60, 300} {
			request := &xray.GetTimeSeriesServiceStatisticsInput{StartTime: &from, EndTime: &to, Period: aws.Int32(period)}
			if selector != "" {
				request.EntitySelectorExpression = &selector
			}
			sum := int64(0)
			for pages := xray.NewGetTimeSeriesServiceStatisticsPaginator(client, request); pages.HasMorePages(); {
				for _, point := range got(pages.NextPage(ctx)).TimeSeriesServiceStatistics {
					must(point.Timestamp != nil, "a point has a time")
					switch edge, service := point.EdgeSummaryStatistics, point.ServiceSummaryStatistics; {
					case edge != nil:
						checkCounts(edge.TotalCount, edge.TotalResponseTime, edge.ErrorStatistics, edge.FaultStatistics)
						must(edge.OkCount != nil, "zeros are written")
						sum += *edge.TotalCount
					case service != nil:
						checkCounts(service.TotalCount, service.TotalResponseTime, service.ErrorStatistics, service.FaultStatistics)
						must(service.OkCount != nil, "zeros are written")
						sum += *service.TotalCount
					}
				}
			}
			must(sum == requests, "a series counts what the selector names", selector, period, sum)
		}
	}
}
