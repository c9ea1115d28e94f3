package cassette

// UseRecorder is what [Use] is with the flag -record.
var UseRecorder = useRecorder

// LoadText is [Load] of a file with the given text.
func LoadText(text []byte, c Config) (*Player, error) {
	return newPlayer("text", text, c.Workflow, newWriter(c))
}
