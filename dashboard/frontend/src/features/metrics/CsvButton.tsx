/** Saves a CSV that is made when it is asked for. */
import { Button } from "@mantine/core";

interface Props {
  label: string;
  /** Without its ending. */
  name: string;
  content: () => string;
}

export function CsvButton({ label, name, content }: Props) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([`\ufeff${content()}`], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button size="xs" variant="default" onClick={save}>
      {label}
    </Button>
  );
}
