package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"
)

// statements are those of a store, with the name of its schema.
type statements struct {
	schema *strings.Replacer

	create, selectRuns                             string
	look, take, takenRecords, takenMessages, renew string
	blocked, takeBlocked                           string
	lookShares, takeShares, readTaken              string
	backlogs, someBacklogs                         string
	lock, knownKeys                                string
	setState, publish, setFacts, send, consume     string
	addRecords, load                               string
	lockFinished                                   string
	deletes                                        []string
	appendOne, appendMany                          [2]string // all records, or those that are missing
}

// In the texts of statements "baton." stands for the schema.
func newStatements(schema string) statements {
	s := statements{schema: strings.NewReplacer("baton.", pgx.Identifier{schema}.Sanitize()+".")}
	for text, where := range map[string]*string{
		createText: &s.create, selectText: &s.selectRuns,
		lookText: &s.look, takeText: &s.take, blockedText: &s.blocked, takeBlockedText: &s.takeBlocked,
		takenRecordsText: &s.takenRecords, takenMessagesText: &s.takenMessages,
		lookSharesText: &s.lookShares, takeSharesText: &s.takeShares, readTakenText: &s.readTaken,
		backlogsText: &s.backlogs, someBacklogsText: &s.someBacklogs,
		renewText: &s.renew, lockText: &s.lock,
		knownKeysText: &s.knownKeys, setStateText: &s.setState, publishText: &s.publish, setFactsText: &s.setFacts,
		sendText: &s.send, consumeText: &s.consume, addRecordsText: &s.addRecords, loadText: &s.load,
		lockFinishedText: &s.lockFinished,
	} {
		*where = s.in(text)
	}
	for how, text := range []string{every: "", missing: ifMissing} {
		s.appendOne[how] = s.in(appendOneText + text)
		s.appendMany[how] = s.in(appendManyText + text + heldText)
	}
	for _, table := range []string{"labels", "records", "messages", "keys"} {
		s.deletes = append(s.deletes, s.in("DELETE FROM baton."+table+" WHERE run = ANY($1::bigint[])"))
	}
	s.deletes = append(s.deletes, s.in("DELETE FROM baton.runs WHERE id = ANY($1::bigint[])"))
	return s
}

// in is a statement with the name of the schema.
func (s *statements) in(text string) string { return s.schema.Replace(text) }
