import { Box, Flex, Typography } from '@strapi/design-system';
import { useIntl } from 'react-intl';
import { styled, useTheme } from 'styled-components';

import { type TextKey, useText } from '../../text';

import { type Bar, topOf } from './funnel';

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 44;
const BOTTOM = 26;
const TOP = 8;

const SERIES = ['asked', 'given', 'left'] as const;
const LABELS: Readonly<Record<(typeof SERIES)[number], TextKey>> = {
  asked: 'consent.funnel.asked',
  given: 'consent.funnel.given',
  left: 'consent.funnel.left',
};

/**
 * Three bars a week. The picture is for the eyes; the same numbers stand below in a table, for whoever reads by ear or
 * wants them exactly.
 */
export function FunnelChart({ bars }: { readonly bars: readonly Bar[] }) {
  const text = useText();
  const intl = useIntl();
  const { colors } = useTheme();
  const fills = { asked: colors.neutral400, given: colors.primary600, left: colors.danger500 };
  const top = topOf(bars);
  const step = (WIDTH - LEFT) / bars.length;
  const width = Math.max(3, Math.floor((step - 10) / SERIES.length));
  const y = (count: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top);
  const week = (day: string): string =>
    intl.formatDate(day, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return (
    <Box>
      <svg
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
        role="img"
        aria-label={text('consent.funnel.picture')}
        style={{ width: '100%', height: 'auto' }}
      >
        {[0, top / 2, top].filter(Number.isInteger).map((mark) => (
          <g key={mark}>
            <line x1={LEFT} x2={WIDTH} y1={y(mark)} y2={y(mark)} stroke={colors.neutral200} />
            <text x={LEFT - 8} y={y(mark) + 4} textAnchor="end" fontSize="11" fill={colors.neutral600}>
              {intl.formatNumber(mark)}
            </text>
          </g>
        ))}
        {bars.map((bar, at) => (
          <g key={bar.week} transform={`translate(${String(LEFT + at * step + 5)} 0)`}>
            {SERIES.map((name, place) => (
              <rect
                key={name}
                x={place * width}
                y={y(bar[name])}
                width={width - 1}
                height={Math.max(0, y(0) - y(bar[name]))}
                fill={fills[name]}
              >
                <title>{`${week(bar.week)}: ${text(LABELS[name])} ${intl.formatNumber(bar[name])}`}</title>
              </rect>
            ))}
            {at % 2 === 0 && (
              <text
                x={(SERIES.length * width) / 2}
                y={HEIGHT - 8}
                textAnchor="middle"
                fontSize="11"
                fill={colors.neutral600}
              >
                {week(bar.week)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <Flex gap={4} paddingTop={2} wrap="wrap" aria-hidden>
        {SERIES.map((name) => (
          <Flex key={name} gap={2}>
            <Box width="1.2rem" height="1.2rem" style={{ background: fills[name] }} />
            <Typography variant="pi" textColor="neutral600">
              {text(LABELS[name])}
            </Typography>
          </Flex>
        ))}
      </Flex>
      <details>
        <Typography
          tag="summary"
          variant="pi"
          textColor="neutral600"
          style={{ cursor: 'pointer' }}
          marginTop={3}
        >
          {text('consent.funnel.table')}
        </Typography>
        <Numbers>
          <thead>
            <tr>
              <th scope="col">{text('consent.funnel.week')}</th>
              {SERIES.map((name) => (
                <th key={name} scope="col">
                  {text(LABELS[name])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.week}>
                <th scope="row">{intl.formatDate(bar.week, { dateStyle: 'medium', timeZone: 'UTC' })}</th>
                {SERIES.map((name) => (
                  <td key={name}>{intl.formatNumber(bar[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Numbers>
      </details>
    </Box>
  );
}

const Numbers = styled.table`
  margin-top: 0.8rem;
  color: ${({ theme }) => theme.colors.neutral800};
  font-size: ${({ theme }) => theme.fontSizes[1]};

  th,
  td {
    padding: 0.4rem 1.6rem 0.4rem 0;
    text-align: start;
    font-variant-numeric: tabular-nums;
  }
`;
