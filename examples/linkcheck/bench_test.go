package main_test

import "testing"

// BenchmarkModules checks modules with many links, offline. It tells the links in a second, and what a link costs.
func BenchmarkModules(b *testing.B) {
	roots := richTrees(b)
	b.ReportAllocs()
	links := 0
	for b.Loop() {
		links = 0
		for _, root := range roots {
			links += checkTree(b, root).Links
		}
	}
	b.ReportMetric(float64(links)*float64(b.N)/b.Elapsed().Seconds(), "links/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(links), "ns/link")
}
