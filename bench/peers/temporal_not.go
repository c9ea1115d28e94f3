//go:build !temporal

package main

// temporalPeers are none: building Temporal's server takes minutes, and is asked for by a build tag.
func temporalPeers() []peer { return nil }
