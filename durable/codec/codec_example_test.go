package codec_test

import (
	"fmt"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

type Greeting struct {
	To    string `json:"to"`
	Times int    `json:"times,omitempty"`
}

// A program writes with one codec, and reads what it wrote with others in earlier days.
func ExampleNewSet() {
	earlier, err := codec.NewSet(codec.Gob())
	if err != nil {
		panic(err)
	}
	old, err := earlier.Encode(Greeting{To: "Ada", Times: 2})
	if err != nil {
		panic(err)
	}

	set, err := codec.NewSet(codec.JSON()) // gob is read without saying so
	if err != nil {
		panic(err)
	}
	p, err := set.Encode(Greeting{To: "Grace & Co."})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %s\n", p.Codec, p.Data)
	for _, p := range []store.Payload{old, p} {
		var g Greeting
		if err := set.Decode(p, &g); err != nil {
			panic(err)
		}
		fmt.Println(p.Codec, g)
	}
	// Output:
	// json: {"to":"Grace & Co."}
	// gob {Ada 2}
	// json {Grace & Co. 0}
}

// A value that cannot be encoded is an error that says so, and so is a payload that nobody can read.
func ExampleSet_Encode() {
	var set *codec.Set // writes JSON
	_, err := set.Encode(map[string]any{"done": make(chan bool)})
	fmt.Println(err)
	err = set.Decode(store.Payload{Codec: "sealed", Data: []byte("?")}, new(Greeting))
	fmt.Println(err)
	// Output:
	// a value of type map[string]interface {} cannot be encoded by codec "json": json: unsupported type: chan bool
	// codec "sealed" is not known (there are gob, json): give it to the set as one that reads
}
