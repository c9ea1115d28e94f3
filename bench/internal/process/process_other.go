//go:build !linux

package process

import "time"

// CPU is not known here.
func CPU() time.Duration { return 0 }

// Written is not known here.
func Written() int64 { return 0 }

// Resident is not known here.
func Resident() int64 { return 0 }

// MostResident is not known here.
func MostResident() int64 { return 0 }
