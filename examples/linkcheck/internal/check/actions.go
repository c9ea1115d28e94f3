package check

import (
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
)

// Locate finds a path that the user named, and the tree that it belongs to.
type Locate struct {
	actions.Returns[Located]
	Path string
	// Root is the root of the tree, or "" to find it.
	Root string
}

// Located is where a path is.
type Located struct {
	// Root is the directory at the top of the tree, as the other actions want it.
	Root string
	// Path is the path below the root, separated by slashes, "." for the root itself.
	Path string
	// Name is the path as the user named it, cleaned and separated by slashes.
	Name string
	Dir  bool
}

// List asks for the entries of a directory, sorted by name.
type List struct {
	actions.Returns[[]Entry]
	Root, Dir string
}

// Entry is a name in a directory.
type Entry struct {
	Name string
	Kind EntryKind
}

// EntryKind is what a name stands for.
type EntryKind uint8

// The kinds of entries. A symbolic link to a directory can be linked to, but is not walked: it may lead in circles.
const (
	File EntryKind = iota
	Dir
	DirLink
	Dangling
)

// IsDir tells whether the entry is a directory, or leads to one.
func (e Entry) IsDir() bool { return e.Kind == Dir || e.Kind == DirLink }

// Read asks for the links and anchors of a document in a tree.
type Read struct {
	actions.Returns[Document]
	Root, Path string
}

// Document is what a Markdown or HTML document has to do with links.
type Document struct {
	// Base is the URL that the document says its relative links are relative to, or "".
	Base  string
	Links []Link
	// Undefined are the references to labels that nothing defines.
	Undefined []Link
	Outline
}

// Link is a link as the document has it, with escapes and character references resolved.
type Link struct {
	Target string
	Position
}

// Position is where something is in a file: the line, and the character in the line, both counted from 1.
type Position struct{ Line, Column int }

// Survey asks for the outline of any file, to check a fragment against it.
type Survey struct {
	actions.Returns[Outline]
	Root, Path string
}

// Outline is what a fragment can refer to.
type Outline struct {
	// Anchors are sorted.
	Anchors []string
	// Lines is the number of lines in a file of text, 0 for others.
	Lines int
}

// Has tells whether there is such an anchor.
func (o Outline) Has(anchor string) bool {
	_, ok := slices.BinarySearch(o.Anchors, anchor)
	return ok
}

// Head asks a server about a URL without its content. A redirect is an answer, and is not followed.
type Head struct {
	actions.Returns[Answer]
	URL string
}

// Answer is what a server says.
type Answer struct {
	Status int
	// Location is where a redirect leads, as the server wrote it.
	Location string
}

// Get asks for a URL and its content. A redirect is an answer, and is not followed.
type Get struct {
	actions.Returns[Page]
	URL string
	// Parse wants the links and anchors of a page of HTML.
	Parse bool
}

// Page is an answer with its content.
type Page struct {
	Answer
	// Parsed tells that there is a document: the content is HTML, and was asked for.
	Parsed bool
	// Cut tells that the content was too long to be read to the end.
	Cut bool
	Document
}

// Remote is an action that goes to a server.
type Remote interface {
	actions.Action
	// Host is the server, with its port if the URL has one.
	Host() string
}

// Host is the server of the URL.
func (a Head) Host() string { return host(a.URL) }

// Host is the server of the URL.
func (a Get) Host() string { return host(a.URL) }

// host does not parse: it is asked several times for each action, and the URLs here have been parsed before.
func host(url string) string {
	_, rest, _ := strings.Cut(url, "//")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}
