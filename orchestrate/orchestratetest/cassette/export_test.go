package cassette

// UseRecorder is what [Use] is with the flag -record.
var UseRecorder = useRecorder
