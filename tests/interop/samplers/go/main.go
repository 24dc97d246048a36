// The X-Ray SDK for Go: its sampler, asked as its middlewares ask it. As python/drive.py: program SECONDS < shapes
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
)

const ticksPerSecond = 100

type shape struct {
	Name, Service, Host, Method, Path string
	PerSecond                         int `json:"per_second"`
}

type row struct {
	Asked   []int          `json:"asked"`
	Sampled []int          `json:"sampled"`
	Rules   map[string]int `json:"rules"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	seconds := must(strconv.Atoi(os.Args[1]))
	var shapes []shape
	if err := json.NewDecoder(os.Stdin).Decode(&shapes); err != nil {
		panic(err)
	}
	strategy := must(sampling.NewCentralizedStrategy())
	decide := func(asked shape) *sampling.Decision {
		return strategy.ShouldTrace(&sampling.Request{
			Host: asked.Host, Method: asked.Method, URL: asked.Path, ServiceName: asked.Service})
	}
	told := map[string]*row{}
	for _, asked := range shapes {
		decide(asked) // starts the pollers
		told[asked.Name] = &row{make([]int, seconds), make([]int, seconds), map[string]int{}}
	}
	time.Sleep(2 * time.Second)
	begun := time.Now()
	for tick := range seconds * ticksPerSecond {
		time.Sleep(time.Until(begun.Add(time.Duration(tick) * time.Second / ticksPerSecond)))
		for _, asked := range shapes {
			row, second := told[asked.Name], tick/ticksPerSecond
			for range (tick+1)*asked.PerSecond/ticksPerSecond - tick*asked.PerSecond/ticksPerSecond {
				decision := decide(asked)
				row.Asked[second]++
				if !decision.Sample {
					continue
				}
				row.Sampled[second]++
				if decision.Rule != nil {
					row.Rules[*decision.Rule]++
				}
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		panic(err)
	}
}
