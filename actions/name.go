package actions

import "reflect"

// Named is implemented by an action that chooses its own name, for instance to keep the one that its type had before
// it was renamed. The name belongs to the type: it must not depend on the action's fields.
type Named interface {
	Action
	ActionName() string
}

// Name is the name under which an action is logged, journaled and sent: what ActionName says (see [Named]), else its
// type as code writes it, such as "shop.Charge". A pointer and a [Shielded] action have the name of what they hold, a
// [Group] that of its mode ("all") or scope ("scope payment"). The name of nil is "nil".
func Name(a Action) string {
	switch a := a.(type) {
	case nil:
		return "nil"
	case Shielded:
		return Name(a.Action)
	case Group:
		return a.name()
	}
	t := reflect.TypeOf(a)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		a, _ = reflect.Zero(t).Interface().(Action)
	}
	if n, ok := a.(Named); ok {
		return n.ActionName()
	}
	return t.String()
}
