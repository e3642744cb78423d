package tensor

// Collect forces the collection that memory pressure would: tests do not fill 64 MiB for it.
func (d *Device) Collect() { d.collect() }
