//go:build race

package lawtest

const raceEnabled = true
