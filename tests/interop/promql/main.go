// Runs the expressions of tests/query/promql/corpus through Prometheus' own engine and writes what it answers, in the form
// that promql_corpus_test.cpp reads: main SERIES EXPRESSIONS. Errors are the word `error` alone: only that there is one is
// compared.
package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

func lines(path string) []string {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	var out []string
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		if line := scanner.Text(); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func seconds(text string) time.Time {
	number, err := strconv.ParseFloat(text, 64)
	check(err)
	return time.UnixMilli(int64(math.Round(number * 1000)))
}

func load(db *tsdb.DB, path string) {
	type sample struct {
		labels labels.Labels
		at     int64
		value  float64
	}
	var samples []sample
	for _, line := range lines(path) {
		end := strings.LastIndex(line, "}") + 1
		if end == 0 {
			end = strings.Index(line, " ")
		}
		metric, err := parser.NewParser(parser.Options{}).ParseMetric(line[:end])
		check(err)
		words := strings.Fields(line[end:])
		at := seconds(words[0]).UnixMilli()
		step := seconds(words[1]).UnixMilli()
		for i, word := range words[2:] {
			number := math.Float64frombits(value.StaleNaN)
			if word == "_" {
				continue
			} else if word != "stale" {
				number, err = strconv.ParseFloat(word, 64)
				check(err)
			}
			samples = append(samples, sample{metric, at + int64(i)*step, number})
		}
	}
	sort.SliceStable(samples, func(a, b int) bool { return samples[a].at < samples[b].at })
	appender := db.Appender(context.Background())
	for _, each := range samples {
		_, err := appender.Append(0, each.labels, each.at, each.value)
		check(err)
	}
	check(appender.Commit())
}

func text(number float64) string { return strconv.FormatFloat(number, 'g', 17, 64) }

func show(result *promql.Result, isRange bool) {
	if result.Err != nil {
		fmt.Println("error")
		return
	}
	switch of := result.Value.(type) {
	case promql.Scalar:
		fmt.Println(text(of.V))
	case promql.String:
		fmt.Println(of.V)
	case promql.Vector:
		for _, each := range of {
			fmt.Println(each.Metric.String(), text(each.F))
		}
	case promql.Matrix:
		for _, each := range of {
			fmt.Print(each.Metric.String())
			for _, point := range each.Floats {
				fmt.Printf(" %d:%s", point.T, text(point.F))
			}
			fmt.Println()
		}
	}
}

func main() {
	directory, err := os.MkdirTemp("", "oracle")
	check(err)
	defer os.RemoveAll(directory)
	db, err := tsdb.Open(directory, nil, nil, tsdb.DefaultOptions(), nil)
	check(err)
	load(db, os.Args[1])
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e7, Timeout: time.Minute, EnableAtModifier: true, EnableNegativeOffset: true})
	for _, line := range lines(os.Args[2]) {
		fmt.Println(">", line)
		words := strings.SplitN(line, " ", 3)
		var query promql.Query
		if words[0] == "instant" {
			query, err = engine.NewInstantQuery(context.Background(), db, nil, words[2], seconds(words[1]))
		} else {
			words = strings.SplitN(line, " ", 5)
			query, err = engine.NewRangeQuery(context.Background(), db, nil, words[4], seconds(words[1]), seconds(words[2]), seconds(words[3]).Sub(time.UnixMilli(0)))
		}
		if err != nil {
			fmt.Println("error")
			continue
		}
		show(query.Exec(context.Background()), words[0] == "range")
	}
}
