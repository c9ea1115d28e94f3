// Package latency estimates how long something usually takes.
package latency

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// Estimator estimates a quantile of recent durations, in constant memory (2 KB) and without a lock: a histogram of
// counters whose buckets grow with what they count, so that the relative error is bounded (as in Tene's HdrHistogram,
// and Masson et al., DDSketch, PVLDB 12(12), 2019). All counters are halved every 1024 durations, which lets old ones
// fade. The estimate is the upper end of its bucket: never too short, and too long by an eighth at most. It is made
// anew every 64 durations. An Estimator is safe for concurrent use.
type Estimator struct {
	quantile float64
	seen     atomic.Uint64
	latest   atomic.Int64 // 0 before the first
	counters [buckets]atomic.Uint32
}

const (
	estimateEvery = 64
	halveEvery    = 1024

	// A duration has the bucket that its highest bits say: the first one that is set and subBits more.
	subBits = 3
	buckets = (63 - subBits + 1) << subBits
)

// New makes an estimator of the given quantile, which lies between 0 and 1.
func New(quantile float64) *Estimator { return &Estimator{quantile: quantile} }

// Estimate tells the quantile, once 64 durations have been seen. It is positive, and one atomic reading.
func (e *Estimator) Estimate() (time.Duration, bool) {
	d := e.latest.Load()
	return time.Duration(d), d > 0
}

// Observe adds a duration. It costs two atomic additions, most of the time.
func (e *Estimator) Observe(d time.Duration) { e.add(bucketOf(d)) }

// ObserveMoreThan adds a duration of which only a lower bound is known, because nobody waited for the end. If that is
// not shorter than the estimate was, it leaves the quantile unbiased: how far beyond it a duration lies does not
// matter. While all of them lie beyond, the estimate grows, slowly.
func (e *Estimator) ObserveMoreThan(d time.Duration) { e.add(min(bucketOf(d)+1, buckets-1)) }

func (e *Estimator) add(bucket int) {
	e.counters[bucket].Add(1)
	seen := e.seen.Add(1)
	if seen%estimateEvery == 0 {
		e.latest.Store(int64(e.compute()))
	}
	if seen%halveEvery == 0 {
		e.halve(uint32(seen / halveEvery % 2))
	}
}

// halve rounds up and down by turns, so that a counter of one is not there for ever, nor gone at once.
func (e *Estimator) halve(up uint32) {
	for i := range e.counters {
		for c := &e.counters[i]; ; {
			// In one step: what somebody else has taken away meanwhile cannot be taken away again.
			if n := c.Load(); c.CompareAndSwap(n, n-(n+up)/2) {
				break
			}
		}
	}
}

// compute finds the end of the bucket in which the quantile lies.
func (e *Estimator) compute() time.Duration {
	var counts [buckets]uint32
	total := 0.0
	for i := range counts {
		counts[i] = e.counters[i].Load()
		total += float64(counts[i])
	}
	rank := math.Ceil(e.quantile * total)
	bucket, below := 0, float64(counts[0])
	for below < rank && bucket < buckets-1 {
		bucket++
		below += float64(counts[bucket])
	}
	return max(1, endOf(bucket))
}

func bucketOf(d time.Duration) int {
	d = max(0, d)
	shift := max(0, bits.Len64(uint64(d))-subBits-1)
	return shift<<subBits + int(d>>shift)
}

// endOf is the longest duration in a bucket.
func endOf(bucket int) time.Duration {
	shift := max(0, bucket>>subBits-1)
	highest := uint64(bucket - shift<<subBits)
	return time.Duration((highest+1)<<shift - 1)
}
