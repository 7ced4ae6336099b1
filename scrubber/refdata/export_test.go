package refdata

// Reseal is an edition with one section changed and sealed again, as only a faulty importer writes it.
func Reseal(edition []byte, name string, change func(section []byte)) ([]byte, error) {
	e, err := Read(edition)
	if err != nil {
		return nil, err
	}
	h, body, err := readHeader(edition)
	if err != nil {
		return nil, err
	}
	var sections []section
	for _, s := range h.Sections {
		data := append([]byte(nil), body[:s.Bytes]...)
		if s.Name == name {
			change(data)
		}
		sections = append(sections, section{s.Name, data})
		body = body[(s.Bytes+7)&^7:]
	}
	return e.seal(sections)
}
