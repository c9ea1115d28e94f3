package durabletest

// Witnessed is Crash, and returns what was wrong.
var Witnessed = crash
