package main_test

import "testing"

// BenchmarkModuleCache checks the whole module cache, offline. It tells the links in a second, and what a link costs.
func BenchmarkModuleCache(b *testing.B) {
	root := moduleCache(b)
	b.ReportAllocs()
	links := 0
	for b.Loop() {
		links = checkTree(b, root).Links
	}
	b.ReportMetric(float64(links)*float64(b.N)/b.Elapsed().Seconds(), "links/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(links), "ns/link")
}
