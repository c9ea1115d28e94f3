package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// Job is what the pipeline takes.
type Job struct {
	StationsFile  string
	ReadingsFiles []string
	Database      string
}

// What the steps take and give: the names of the fields are the wires.
type (
	theStations struct {
		Stations    []Station
		BadStations []Bad
	}
	theReadings struct {
		Readings    []Reading
		BadReadings []Bad
	}
	toJoin struct {
		Stations []Station
		Readings []Reading
	}
	theJoined struct {
		Joined  []Joined
		Orphans []Bad
	}
	ofJoined      struct{ Joined []Joined }
	theByStation  struct{ ByStation []Sum }
	theByMonth    struct{ ByMonth []Sum }
	theExtremes   struct{ Extremes []Extreme }
	toQuarantine  struct{ BadStations, BadReadings, Orphans []Bad }
	theQuarantine struct{ Quarantine []Bad }
)

// weather is the pipeline.
func weather(open opener) *dataflow.Flow {
	stations := dataflow.Step("stations", func(_ context.Context, in struct{ StationsFile string }) (theStations, error) {
		all, bad, err := readStations(open, in.StationsFile)
		return theStations{all, bad}, err
	})
	return dataflow.Must(dataflow.New("weather",
		dataflow.Takes[Job](), dataflow.VisibilityAll, dataflow.Progress(),
		dataflow.Par(stations, readings(open)),
		dataflow.Step("join", join),
		dataflow.Par(
			dataflow.Step("by station", func(_ context.Context, in ofJoined) (theByStation, error) {
				return theByStation{sums(in.Joined, func(j Joined) string { return j.Name })}, nil
			}),
			dataflow.Step("by month", func(_ context.Context, in ofJoined) (theByMonth, error) {
				month := func(j Joined) string { return j.Date.Format("2006-01") + " " + j.Region }
				return theByMonth{sums(in.Joined, month)}, nil
			}),
			dataflow.Step("extremes", func(_ context.Context, in ofJoined) (theExtremes, error) {
				return theExtremes{extremes(in.Joined)}, nil
			}),
			dataflow.Step("quarantine", func(_ context.Context, in toQuarantine) (theQuarantine, error) {
				return theQuarantine{slices.Concat(in.BadStations, in.BadReadings, in.Orphans)}, nil
			}),
		),
		dataflow.Step("write", write),
	))
}

// readings reads all files of readings, side by side, each by a flow of its own. It is a workflow, because how many
// there are is known only while it runs.
func readings(open opener) dataflow.Part {
	type file struct{ File string }
	one := dataflow.Typed[file, theReadings](dataflow.Must(dataflow.New("readings of a file",
		dataflow.Step("read", func(_ context.Context, in file) (struct{ Lines []line }, error) {
			lines, err := readLines(open, in.File)
			return struct{ Lines []line }{lines}, err
		}),
		dataflow.Step("clean", func(_ context.Context, in struct{ Lines []line }) (theReadings, error) {
			good, bad := cleanReadings(in.Lines)
			return theReadings{good, bad}, nil
		}),
	)))
	return dataflow.Workflow("readings", func(y actions.Yield, in struct{ ReadingsFiles []string }) (theReadings, error) {
		var flows []orchestrate.Orchestration[theReadings]
		for _, name := range in.ReadingsFiles {
			flows = append(flows, orchestrate.Bind(one, file{name}))
		}
		files, err := orchestrate.All(y, flows...)
		var all theReadings
		for _, f := range files {
			all.Readings = append(all.Readings, f.Readings...)
			all.BadReadings = append(all.BadReadings, f.BadReadings...)
		}
		return all, err
	})
}

// join finds the station of each reading. What has none, or is there twice, is quarantined.
func join(_ context.Context, in toJoin) (out theJoined, err error) {
	type key struct {
		station string
		day     int64
	}
	stations, seen := map[string]Station{}, map[key]line{}
	for _, s := range in.Stations {
		stations[s.ID] = s
	}
	for _, r := range in.Readings {
		s, ok := stations[r.Station]
		k := key{r.Station, r.Date.Unix()}
		first, again := seen[k]
		switch {
		case !ok:
			out.Orphans = append(out.Orphans, r.line.bad("there is no station %q", r.Station))
		case again:
			out.Orphans = append(out.Orphans, r.line.bad("that day is at %s:%d already", first.File, first.N))
		default:
			seen[k] = r.line
			out.Joined = append(out.Joined, Joined{Reading: r, Name: s.Name, Region: s.Region})
		}
	}
	slices.SortStableFunc(out.Joined, func(a, b Joined) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.Date.Compare(b.Date))
	})
	return out, nil
}
