package postgres

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statements are those of a store, with the name of its schema.
type statements struct {
	schema *strings.Replacer
	size   int // of the tables when these are planned: see plans

	create, selectRuns, selectSorted, selectRun    string
	look, take, takenRecords, takenMessages, renew string
	blocked, takeBlocked                           string
	lookShares, takeShares, readTaken              string
	backlogs, someBacklogs                         string
	lock, knownKeys                                string
	setState, setWaiting, publish, setFacts        string
	send, consume                                  string
	addRecords, load, pages                        string
	lockFinished                                   string
	deletes                                        []string
	appendOne, appendMany, end                     [2]string // all records, or those that are missing
}

// In the texts of statements "baton." stands for the schema.
func newStatements(schema string, size int) *statements {
	s := &statements{schema: strings.NewReplacer("baton.", pgx.Identifier{schema}.Sanitize()+"."), size: size}
	for text, where := range map[string]*string{
		createText: &s.create, selectText: &s.selectRuns, sortedText: &s.selectSorted, selectOneText: &s.selectRun,
		lookText: &s.look, takeText: &s.take, blockedText: &s.blocked, takeBlockedText: &s.takeBlocked,
		takenRecordsText: &s.takenRecords, takenMessagesText: &s.takenMessages,
		lookSharesText: &s.lookShares, takeSharesText: &s.takeShares, readTakenText: &s.readTaken,
		backlogsText: &s.backlogs, someBacklogsText: &s.someBacklogs,
		renewText: &s.renew, lockText: &s.lock,
		knownKeysText: &s.knownKeys, setStateText: &s.setState, setWaitingText: &s.setWaiting,
		publishText: &s.publish, setFactsText: &s.setFacts,
		sendText: &s.send, consumeText: &s.consume, addRecordsText: &s.addRecords, loadText: &s.load,
		lockFinishedText: &s.lockFinished, sizeText: &s.pages,
	} {
		*where = s.lasting(text)
	}
	for how, text := range []string{every: "", missing: ifMissing} {
		s.appendOne[how] = s.lasting(appendOneText + text)
		s.appendMany[how] = s.lasting(appendManyText + text + heldText)
		s.end[how] = s.lasting(endText + text + endedText)
	}
	for _, table := range []string{"labels", "records", "messages", "keys"} {
		s.deletes = append(s.deletes, s.lasting("DELETE FROM baton."+table+" WHERE run = ANY($1::bigint[])"))
	}
	s.deletes = append(s.deletes, s.lasting("DELETE FROM baton.runs WHERE id = ANY($1::bigint[])"))
	return s
}

// hints are what makes a plan for certain arguments look cheaper than one for any: how long an array is, and what a
// limit.
var hints = regexp.MustCompile(`(\$\d+::\w+\[\])|LIMIT (\$\d+)\b`)

// lasting is a statement that the server plans a few times and then never again on the same connection, until the
// tables have another size: planning takes several times as long as what is planned. The server goes on with plans for
// certain arguments while they seem cheaper, so it is not let see the arguments.
func (s *statements) lasting(text string) string {
	text = hints.ReplaceAllStringFunc(text, func(hint string) string {
		if n, ok := strings.CutPrefix(hint, "LIMIT "); ok {
			return "LIMIT (SELECT " + n + "::bigint)"
		}
		_, kind, _ := strings.Cut(hint, "::")
		return "(SELECT " + hint + ")::" + kind
	})
	return fmt.Sprintf("%s /* %d */", s.in(text), s.size)
}

// in is a statement with the name of the schema.
func (s *statements) in(text string) string { return s.schema.Replace(text) }
