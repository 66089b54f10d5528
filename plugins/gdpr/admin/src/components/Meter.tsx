import { styled } from 'styled-components';

/** A share as a bar. The number must stand beside it in words. */
export function Meter({ share, label }: { readonly share: number; readonly label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <Track role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div style={{ width: `${String(percent)}%` }} />
    </Track>
  );
}

const Track = styled.div`
  height: 0.8rem;
  max-width: 40rem;
  border: 1px solid ${({ theme }) => theme.colors.neutral500};
  border-radius: ${({ theme }) => theme.borderRadius};
  overflow: hidden;

  div {
    height: 100%;
    background: ${({ theme }) => theme.colors.primary600};
  }
`;
