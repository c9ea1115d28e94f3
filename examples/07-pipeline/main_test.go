package main

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const summary = `     station  days  mean   low  high  rain
    Bergheim    20  16.2  10.3  23.5  73.6
   Dunes End    20  19.2  11.4  23.9  32.1
   Havenport    20  18.7  12.3  24.8  85.7
  Kaltenfels    20  13.9   7.7  20.4  41.7
      Lindow    20  21.4  14.3  27.9  98.7
    Seebruck    20  19.2  12.4  25.8  69.5

          month  days  mean   low  high   rain
  2025-06 coast    20  19.9  11.4  24.8   47.2
  2025-06 north    20  14.7   7.7  21.6   44.2
  2025-06 south    20  20.4  13.4  27.4   65.3
  2025-07 coast    20  18.0  12.3  24.6   70.6
  2025-07 north    20  15.5   9.1  23.5   71.1
  2025-07 south    20  20.2  12.4  27.9  102.9

hottest: 27.9 at Lindow on 2025-07-02
coldest: 7.7 at Kaltenfels on 2025-06-25
wettest: 23.7 at Bergheim on 2025-07-07

10 lines are in quarantine:
  data/stations.csv:8: station "KLF" is at line 2 already
  data/stations.csv:9: height: "high": invalid syntax
  data/north.csv:10: date: "2025-06-31" is no day
  data/north.csv:16: celsius: "warm" is no temperature
  data/south.csv:7: 2 columns, and not 4
  data/south.csv:31: extraneous or missing " in quoted-field
  data/coast.csv:13: celsius: "171" is not of this planet
  data/coast.csv:14: rain: "-4" cannot be
  data/north.csv:44: that day is at data/north.csv:4 already
  data/south.csv:21: there is no station "ZZZ"
`

func TestTheFilesThatComeWithIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "weather.db")
	for range 2 { // the second time the tables are there already
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, Job{Database: file}, ""))
		bar, said, ok := strings.Cut(out.String(), "weather: 8 of 8\n")
		require.True(t, ok)
		require.Regexp(t, `^(weather: [1-7] of 8\n)*$`, bar)
		require.Equal(t, summary+"\n120 readings of 6 stations; 148 rows are in "+file+"\n", said)
	}
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for query, want := range map[string]string{
		"SELECT count(*) FROM readings":                                                    "120",
		"SELECT count(*) FROM quarantine":                                                  "10",
		"SELECT text FROM quarantine WHERE file = 'data/south.csv' AND line = 31":          `SEE,2025-07-03,"68.0F,0`,
		"SELECT round(celsius, 1) FROM readings WHERE station='SEE' AND date='2025-06-25'": "13.7",
		"SELECT days FROM by_station WHERE name = 'Lindow'":                                "20",
	} {
		var got string
		require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&got), query)
		require.Equal(t, want, got, query)
	}
}

// files writes files, and makes a job of them.
func files(t *testing.T, stations string, readings ...string) Job {
	t.Helper()
	dir := t.TempDir()
	j := Job{StationsFile: filepath.Join(dir, "stations.csv"), Database: filepath.Join(dir, "weather.db")}
	require.NoError(t, os.WriteFile(j.StationsFile, []byte(stations), 0o600))
	for i, text := range readings {
		name := filepath.Join(dir, string(rune('a'+i))+".csv")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		j.ReadingsFiles = append(j.ReadingsFiles, name)
	}
	return j
}

const twoStations = "id,name,region,height\nA,Alpha,north,1\nB,Beta,south,2\n"

func TestTheColumnsMayStandInAnyOrder(t *testing.T) {
	t.Parallel()
	j := files(t, "\uFEFFHeight,Region,ID,Name\r\n1,North,a,\"Alpha, the first\"\r\n",
		"rain,celsius,date,station\n,50F,01.02.2025,a")
	open, err := choose(&j)
	require.NoError(t, err)
	r, err := dataflow.Run[Report](t.Context(), weather(open), j, stack(newBar(&bytes.Buffer{}, "")))
	require.NoError(t, err)
	require.Empty(t, r.Quarantine)
	require.Equal(t, []Station{{ID: "A", Name: "Alpha, the first", Region: "north", Height: 1}}, r.Stations)
	require.Len(t, r.Joined, 1)
	require.InDelta(t, 10, r.Joined[0].Celsius, 1e-9)
	require.Equal(t, "2025-02 north", r.ByMonth[0].Of)
}

func TestAFileThatIsNotThereIsAnErrorOfItsStep(t *testing.T) {
	t.Parallel()
	j := files(t, twoStations, "station,date,celsius,rain\n")
	j.ReadingsFiles = append(j.ReadingsFiles, "nowhere.csv")
	var out bytes.Buffer
	err := run(t.Context(), &out, j, "")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "weather/readings")
	require.ErrorContains(t, err, "nowhere.csv")
	require.NoFileExists(t, j.Database)

	j.StationsFile = ""
	require.ErrorContains(t, run(t.Context(), &out, j, ""), "name both")
	require.ErrorContains(t, run(t.Context(), &out, Job{}, "svg"), `not for "svg"`)
}

func TestThePipelineDrawsItself(t *testing.T) {
	t.Parallel()
	for draw, want := range map[string]string{
		"mermaid": `n1 -- "Stations" --> n3`, "dot": `n1 -> n3 [label="Stations"]`,
	} {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, Job{}, draw))
		require.Contains(t, out.String(), want)
	}
}

// FuzzNoLineIsLost shows that each line of a file is either a reading or in quarantine, with its number, whatever it
// is.
func FuzzNoLineIsLost(f *testing.F) {
	f.Add("station,date,celsius,rain\nA,2025-01-01,1,\nB,2025-01-01,x,\n\n\"A,2025\nC,2025-01-01,1,1\nA,2025-01-01,2,2")
	f.Add("rain\n1\n")
	f.Add("")
	f.Add("station,date,celsius,rain\r\n\x00\xff,,\"\",\"\"\"\r\nA,01.01.2025,NaN,Inf\n")
	f.Fuzz(func(t *testing.T, text string) {
		open := func(name string) (io.ReadCloser, error) {
			if name == "stations" {
				return io.NopCloser(strings.NewReader(twoStations)), nil
			}
			return io.NopCloser(strings.NewReader(text)), nil
		}
		written := executor.NewMux(executor.On(func(context.Context, dataflow.Call[toWrite, written]) (written, error) {
			return written{}, nil
		}))
		exec := combinators.Parallelize()(written.Else(dataflow.Local()))
		r, err := dataflow.Run[Report](t.Context(), weather(open), Job{"stations", []string{"readings"}, ""}, exec)
		require.NoError(t, err)
		kept := map[int]bool{}
		for _, joined := range r.Joined {
			kept[joined.line.N] = true
		}
		for _, b := range r.Quarantine {
			require.Equal(t, "readings", b.File)
			require.False(t, kept[b.Line])
			kept[b.Line] = true
		}
		rows := 0
		for i, l := range strings.Split(text, "\n") {
			if i > 0 && strings.TrimSpace(strings.TrimRight(l, "\r")) != "" {
				rows++
				require.True(t, kept[i+1], "line %d is lost", i+1)
			}
		}
		require.Len(t, kept, rows)
	})
}
